// Numbers lines, and lets all instances that are told of each other leave some out, double others and write them in capitals.
// They come out on the standard output of the last instance, in their order, byte for byte what one process alone gives.
//
//     split-map-merge [--count N] [--peers LIST --self ADDRESS] [--rate LINES_PER_SECOND]
//
//     split-map-merge --peers 127.0.0.1:19001,127.0.0.1:19002,127.0.0.1:19003 --self 127.0.0.1:19001 &
//     split-map-merge --peers 127.0.0.1:19001,127.0.0.1:19002,127.0.0.1:19003 --self 127.0.0.1:19002 &
//     split-map-merge --peers 127.0.0.1:19001,127.0.0.1:19002,127.0.0.1:19003 --self 127.0.0.1:19003
import Connect
import ConnectFiles
import ConnectNetwork
import ConnectText

let usage = "split-map-merge [--count N] [--rate LINES_PER_SECOND]"

var arguments = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &arguments, usage: usage)
@MainActor func number(_ option: String) -> Int? {
    guard let index = arguments.firstIndex(of: option), index + 1 < arguments.count else { return nil }
    defer { arguments.removeSubrange(index...(index + 1)) }
    return Int(arguments[index + 1])
}
let count = number("--count") ?? 2_000_000
let rate = number("--rate")
if !arguments.isEmpty { Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)") }

await Pipeline("split-map-merge")
    .coders(.text)
    .root(GeneratorSource(count: count, rate: rate) { "line \($0)" })
    .split()
    .filter { !$0.hasSuffix("7") }
    .flatMap { $0.hasSuffix("3") ? [$0, "\($0) again"] : [$0] }
    .map { $0.uppercased() }
    .mergeOrdered()
    .to(StandardOutput())
    .main(peers)
