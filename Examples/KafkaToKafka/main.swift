// Copies the messages of a topic to another one: keys, values, headers and times as they are. Start it several times with
// one group and the instances share the partitions; stop or kill any of them at any moment and nothing is lost.
//
//     kafka-to-kafka BROKERS GROUP TOPIC OUTPUT-TOPIC [KEY=VALUE…]
//
// The keys are librdkafka's, for both sides, such as security.protocol=sasl_ssl or compression.type=zstd.
import Connect
import ConnectKafka

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.count < 4 { Pipeline.exit(usage: "kafka-to-kafka BROKERS GROUP TOPIC OUTPUT-TOPIC [KEY=VALUE…]") }

let configuration = KafkaConfiguration(brokers: arguments[0], settings: arguments.dropFirst(4))

await Pipeline("kafka-to-kafka")
    .root(KafkaSource(arguments[2], group: arguments[1], configuration))
    .to(KafkaSink(arguments[3], configuration))
    .main()
