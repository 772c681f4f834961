// Copies the messages of a topic to another one: keys, values, headers and times as they are. Start it several times with
// one group and the instances share the partitions; stop or kill any of them at any moment and nothing is lost.
//
//     kafka-to-kafka BROKERS GROUP TOPIC OUTPUT-TOPIC [KEY=VALUE…] [--peers LIST --self ADDRESS]
//
// The keys are librdkafka's, for both sides, such as security.protocol=sasl_ssl or compression.type=zstd.
import Connect
import ConnectKafka
import ConnectNetwork

let usage = "kafka-to-kafka BROKERS GROUP TOPIC OUTPUT-TOPIC [KEY=VALUE…]"
var arguments = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &arguments, usage: usage)
if arguments.count < 4 { Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)") }

let configuration = KafkaConfiguration(brokers: arguments[0], settings: arguments.dropFirst(4))

await Pipeline("kafka-to-kafka")
    .root(KafkaSource(arguments[2], group: arguments[1], configuration))
    .to(KafkaSink(arguments[3], configuration))
    .main(peers)
