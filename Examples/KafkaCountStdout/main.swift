// Counts the messages of a topic. Without a group it counts those that are there now and ends; with one it goes on, and
// prints once a second how many have come since it was started.
//
//     kafka-count-stdout BROKERS TOPIC [GROUP] [--peers LIST --self ADDRESS]
import Connect
import ConnectFiles
import ConnectKafka
import ConnectNetwork

let usage = "kafka-count-stdout BROKERS TOPIC [GROUP]"
var arguments = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &arguments, usage: usage)
if !(2...3).contains(arguments.count) { Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)") }

let configuration: KafkaConfiguration = ["bootstrap.servers": arguments[0]]
let source =
    arguments.count == 3
    ? KafkaSource(arguments[1], group: arguments[2], configuration)
    : KafkaSource.bounded(arguments[1], configuration)

await Pipeline("kafka-count-stdout")
    .root(source)
    .count().trigger(every: .seconds(1))
    .map { Bytes("\($0)") }
    .to(StandardOutput())
    .main(peers)
