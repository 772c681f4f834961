// Turns the elements at a path of a feed, which may be larger than memory, into JSON, one on each line. With a file for
// the output and a directory for the state it goes on where it was, stopped or killed at any moment and started again:
// then nothing is missing, and nothing is there twice.
//
//     xml-feed-to-json /feed/entry FEED [OUTPUT STATE-DIRECTORY] [--peers LIST --self ADDRESS]
import Connect
import ConnectFiles
import ConnectNetwork
import ConnectXML

let usage = "xml-feed-to-json /feed/entry FEED [OUTPUT STATE-DIRECTORY]"
var arguments = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &arguments, usage: usage)
guard arguments.count == 2 || arguments.count == 4, let records = try? XML.Records(arguments[0]) else {
    Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)")
}

let lines = Pipeline("xml-feed-to-json")
    .coders(.xml)
    .root(FileSource(arguments[1]))
    .apply(records)
    .as(XML.Document.self).par(2)
    .map { $0.root.json() }.par(2)

if arguments.count == 2 {
    await lines.to(StandardOutput()).main(peers)
} else {
    let state = DirectoryCheckpointStore(FilePath(arguments[3]))
    await lines
        .to(FileSink(FilePath(arguments[2]), delivery: .exactlyOnce)).trigger(each: 1_000)
        .main(peers, RunOptions(checkpoints: state, checkpointEvery: .milliseconds(10)))
}
