// Appends the values of a topic's messages to a file, a line each. Stopped or killed, it goes on where it was: the group
// keeps the place.
//
//     kafka-to-file BROKERS GROUP TOPIC OUTPUT [--peers LIST --self ADDRESS]
import Connect
import ConnectFiles
import ConnectKafka
import ConnectNetwork

let usage = "kafka-to-file BROKERS GROUP TOPIC OUTPUT"
var arguments = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &arguments, usage: usage)
if arguments.count != 4 { Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)") }

await Pipeline("kafka-to-file")
    .root(KafkaSource(arguments[2], group: arguments[1], ["bootstrap.servers": arguments[0]]))
    .map { $0.value ?? Bytes() }
    .to(FileSink(FilePath(arguments[3])))
    .trigger(every: .milliseconds(200))
    .main(peers)
