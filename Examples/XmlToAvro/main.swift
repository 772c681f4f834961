// Writes the elements at a path of a feed, which may be larger than memory, as records of a schema into a container file of
// Avro. It goes on where it was, stopped or killed at any moment and started again: then no record is missing, and none is
// there twice.
//
//     xml-to-avro SCHEMA /feed/entry FEED OUTPUT STATE-DIRECTORY [--peers LIST --self ADDRESS]
import Connect
import ConnectAvro
import ConnectAvroFiles
import ConnectFiles
import ConnectNetwork
import ConnectXML

let usage = "xml-to-avro SCHEMA /feed/entry FEED OUTPUT STATE-DIRECTORY"
var words = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &words, usage: usage)
guard words.count == 5, let schema = try? AvroSchema(parsing: words[0]), let records = try? XML.Records(words[1]) else {
    Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)   (the schema itself, in JSON)")
}

let state = DirectoryCheckpointStore(FilePath(words[4]))
await Pipeline("xml-to-avro")
    .coders(.xml)
    .root(FileSource(words[2]))
    .apply(records)
    .as(XML.Document.self).par(2)
    .map { $0.root.json() }.par(2)
    .as(AvroBinary.self, via: AvroTextDecoder(schema: schema)).par(2)
    .to(AvroFileSink(FileSink(FilePath(words[3]), delivery: .exactlyOnce), schema: schema)).trigger(each: 10_000)
    .main(peers, RunOptions(checkpoints: state))
