// Follows a log, keeps the lines that contain a word and appends them to a file. Stopped or killed, it goes on where it
// was: the place is kept in a directory beside.
//
//     tail-to-file LOG WORD OUTPUT STATE-DIRECTORY [--peers LIST --self ADDRESS]
import Connect
import ConnectFiles
import ConnectNetwork

let usage = "tail-to-file LOG WORD OUTPUT STATE-DIRECTORY"
var arguments = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &arguments, usage: usage)
if arguments.count != 4 { Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)") }
let word = Bytes(arguments[1])

await Pipeline("tail-to-file")
    .root(FileSource(arguments[0], follow: true).lines())
    .filter { $0.contains(word) }
    .to(FileSink(FilePath(arguments[2])))
    .trigger(every: .milliseconds(200))
    .main(peers, RunOptions(checkpoints: DirectoryCheckpointStore(FilePath(arguments[3]))))
