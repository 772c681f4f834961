// Appends the values of a topic's messages to a file, a line each. Stopped or killed, it goes on where it was: the group
// keeps the place.
//
//     kafka-to-file BROKERS GROUP TOPIC OUTPUT
import Connect
import ConnectFiles
import ConnectKafka

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.count != 4 { Pipeline.exit(usage: "kafka-to-file BROKERS GROUP TOPIC OUTPUT") }

await Pipeline("kafka-to-file")
    .root(KafkaSource(arguments[2], group: arguments[1], ["bootstrap.servers": arguments[0]]))
    .map { $0.value ?? Bytes() }
    .to(FileSink(FilePath(arguments[3])))
    .trigger(every: .milliseconds(200))
    .main()
