// Writes the lines of a file as messages to a topic. Stopped or killed, it goes on behind the last line that Kafka has
// confirmed: the place is kept in a directory beside.
//
//     file-to-kafka FILE BROKERS TOPIC STATE-DIRECTORY
import Connect
import ConnectFiles
import ConnectKafka

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.count != 4 { Pipeline.exit(usage: "file-to-kafka FILE BROKERS TOPIC STATE-DIRECTORY") }

await Pipeline("file-to-kafka")
    .root(FileSource(arguments[0]).lines())
    .map { KeyValue(value: $0) }
    .to(KafkaSink(arguments[2], ["bootstrap.servers": arguments[1], "linger.ms": "20"]))
    .main(RunOptions(checkpoints: DirectoryCheckpointStore(FilePath(arguments[3]))))
