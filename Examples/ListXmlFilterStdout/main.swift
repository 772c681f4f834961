// Parses a list of small XML documents on two workers, lets those of an even number pass, counts them, and prints each
// count that is a multiple of 50,000.
//
//     list-xml-filter-stdout [COUNT] [--peers LIST --self ADDRESS]
import Connect
import ConnectFiles
import ConnectNetwork
import ConnectText
import ConnectXML

let usage = "list-xml-filter-stdout [COUNT]"
var arguments = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &arguments, usage: usage)
let count = arguments.first.flatMap { Int($0) } ?? 500_000

await Pipeline("list-xml-filter-stdout")
    .coders(.text + .xml)
    .root(ListSource(0..<count))
    .map { Bytes("<order n=\"\($0)\"/>") }
    .as(XML.Document.self).par(2)
    .filter { document in document.root["n"].flatMap { Int($0) }?.isMultiple(of: 2) == true }.par(2)
    .fold(into: 0) { passed, _ in passed += 1 }.trigger(each: 1_000)
    .filter { $0.isMultiple(of: 50_000) }
    .map(to: String.self) { "\($0) passed" }
    .to(StandardOutput())
    .main(peers)
