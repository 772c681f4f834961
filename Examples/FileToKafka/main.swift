// Writes the lines of a file as messages to a topic. Stopped or killed, it goes on behind the last line that Kafka has
// confirmed: the place is kept in a directory beside.
//
//     file-to-kafka FILE BROKERS TOPIC STATE-DIRECTORY [--peers LIST --self ADDRESS]
import Connect
import ConnectFiles
import ConnectKafka
import ConnectNetwork

let usage = "file-to-kafka FILE BROKERS TOPIC STATE-DIRECTORY"
var arguments = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &arguments, usage: usage)
if arguments.count != 4 { Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)") }

await Pipeline("file-to-kafka")
    .root(FileSource(arguments[0]).lines())
    .map { KeyValue(value: $0) }
    .to(KafkaSink(arguments[2], ["bootstrap.servers": arguments[1], "linger.ms": "20"]))
    .main(peers, RunOptions(checkpoints: DirectoryCheckpointStore(FilePath(arguments[3]))))
