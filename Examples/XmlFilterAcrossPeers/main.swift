// Makes orders as XML documents, and lets all instances that are told of each other parse them, leave out those below a
// sum, and make others of the rest. They come out on the standard output of the last instance, in their order, byte for byte
// what one process alone gives.
//
//     xml-filter-across-peers [--count N] [--peers LIST --self ADDRESS]
//
//     xml-filter-across-peers --peers 127.0.0.1:19001,127.0.0.1:19002,127.0.0.1:19003 --self 127.0.0.1:19001 &
//     xml-filter-across-peers --peers 127.0.0.1:19001,127.0.0.1:19002,127.0.0.1:19003 --self 127.0.0.1:19002 &
//     xml-filter-across-peers --peers 127.0.0.1:19001,127.0.0.1:19002,127.0.0.1:19003 --self 127.0.0.1:19003
import Connect
import ConnectFiles
import ConnectNetwork
import ConnectText
import ConnectXML

let usage = "xml-filter-across-peers [--count N]"
var arguments = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &arguments, usage: usage)
if !arguments.isEmpty, arguments.count != 2 || arguments[0] != "--count" || Int(arguments[1]) == nil {
    Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)")
}
let count = arguments.last.flatMap { Int($0) } ?? 200_000

await Pipeline("xml-filter-across-peers")
    .coders(.text + .xml)
    .root(
        GeneratorSource(count: count) { "<order id=\"\($0)\"><sum>\($0 * 7 % 100)</sum><note>a &amp; b</note></order>" }
    )
    .split()
    .as(XML.Document.self)
    .filter { order in order.root.element("sum").flatMap { Int($0.text) } ?? 0 >= 50 }
    .map { order in
        let attributes = [("order", order.root["id"] ?? ""), ("sum", order.root.element("sum")?.text ?? "")]
        return try XML.Document(root: "invoice", attributes: attributes) { invoice in
            if let note = order.root.element("note") { invoice.copy(note) }
        }
    }
    .mergeOrdered()
    .to(StandardOutput())
    .main(peers)
