// Turns the records of a container file of Avro into JSON, one on each line. With a file for the output and a directory for
// the state it goes on where it was, stopped or killed at any moment and started again: then nothing is missing, and nothing
// is there twice.
//
//     avro-file-to-json FILE [OUTPUT STATE-DIRECTORY] [--peers LIST --self ADDRESS]
import Connect
import ConnectAvro
import ConnectFiles
import ConnectNetwork

let usage = "avro-file-to-json FILE [OUTPUT STATE-DIRECTORY]"
var words = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &words, usage: usage)
guard words.count == 1 || words.count == 3 else { Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)") }

let lines = Pipeline("avro-file-to-json")
    .root(FileSource(words[0]))
    .apply(AvroFile())
    .as(Bytes.self, via: AvroJSONEncoder(.plain)).par(2)

if words.count == 1 {
    await lines.to(StandardOutput()).main(peers)
} else {
    let state = DirectoryCheckpointStore(FilePath(words[2]))
    await lines
        .to(FileSink(FilePath(words[1]), delivery: .exactlyOnce)).trigger(each: 1_000)
        .main(peers, RunOptions(checkpoints: state, checkpointEvery: .milliseconds(10)))
}
