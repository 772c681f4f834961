// Squares a list of numbers on four workers, drops the odd ones and adds up the rest. The sums come out in the order of
// the list, however the workers share the work.
//
//     list-filter-fold [COUNT] [--peers LIST --self ADDRESS]
import Connect
import ConnectFiles
import ConnectNetwork
import ConnectText

let usage = "list-filter-fold [COUNT]"
var arguments = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &arguments, usage: usage)
let count = arguments.first.flatMap { Int($0) } ?? 1_000_000

await Pipeline("list-filter-fold")
    .coders(.text)
    .root(ListSource(0..<count))
    .map { $0 &* $0 }.par(4)
    .filter { $0.isMultiple(of: 2) }.par(4)
    .fold(into: 0) { sum, square in sum &+= square }.trigger(each: 100_000)
    .map(to: String.self) { "sum \($0)" }
    .to(StandardOutput())
    .main(peers)
