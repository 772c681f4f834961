// Copies lines to the end of a file. Stopped or killed at any moment and started again, it goes on where it was: then
// no line is missing; a few may be there twice after a kill, and none with --exactly-once.
//
//     file-to-file [--exactly-once] INPUT OUTPUT STATE-DIRECTORY [--peers LIST --self ADDRESS]
import Connect
import ConnectFiles
import ConnectNetwork

let usage = "file-to-file [--exactly-once] INPUT OUTPUT STATE-DIRECTORY"
var arguments = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &arguments, usage: usage)
let isExactlyOnce = arguments.first == "--exactly-once"
if isExactlyOnce { arguments.removeFirst() }
if arguments.count != 3 { Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)") }

let output = FileSink(FilePath(arguments[1]), delivery: isExactlyOnce ? .exactlyOnce : .atLeastOnce)
let state = DirectoryCheckpointStore(FilePath(arguments[2]))

await Pipeline("file-to-file")
    .root(FileSource(arguments[0]).lines())
    .to(output).trigger(each: 1_000)
    .main(peers, RunOptions(checkpoints: state, checkpointEvery: .milliseconds(10)))
