// Follows a log, keeps the lines that contain a word and appends them to a file. Stopped or killed, it goes on where it
// was: the place is kept in a directory beside.
//
//     tail-to-file LOG WORD OUTPUT STATE-DIRECTORY
import Connect
import ConnectFiles

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.count != 4 { Pipeline.exit(usage: "tail-to-file LOG WORD OUTPUT STATE-DIRECTORY") }
let word = Bytes(arguments[1])

await Pipeline("tail-to-file")
    .root(FileSource(arguments[0], follow: true).lines())
    .filter { $0.contains(word) }
    .to(FileSink(FilePath(arguments[2])))
    .trigger(every: .milliseconds(200))
    .main(RunOptions(checkpoints: DirectoryCheckpointStore(FilePath(arguments[3]))))
