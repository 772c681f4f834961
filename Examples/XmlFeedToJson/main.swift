// Turns the elements at a path of a feed, which may be larger than memory, into JSON, one on each line. With a file for
// the output and a directory for the state it goes on where it was, stopped or killed at any moment and started again:
// then nothing is missing, and nothing is there twice.
//
//     xml-feed-to-json /feed/entry FEED [OUTPUT STATE-DIRECTORY]
import Connect
import ConnectFiles
import ConnectXML

let words = Array(CommandLine.arguments.dropFirst())
guard words.count == 2 || words.count == 4, let records = try? XML.Records(words[0]) else {
    Pipeline.exit(usage: "xml-feed-to-json /feed/entry FEED [OUTPUT STATE-DIRECTORY]")
}

let lines = Pipeline("xml-feed-to-json")
    .coders(.xml)
    .root(FileSource(words[1]))
    .apply(records)
    .as(XML.Document.self).par(2)
    .map { $0.root.json() }.par(2)

if words.count == 2 {
    await lines.to(StandardOutput()).main()
} else {
    let state = DirectoryCheckpointStore(FilePath(words[3]))
    await lines
        .to(FileSink(FilePath(words[2]), delivery: .exactlyOnce)).trigger(each: 1_000)
        .main(RunOptions(checkpoints: state, checkpointEvery: .milliseconds(10)))
}
