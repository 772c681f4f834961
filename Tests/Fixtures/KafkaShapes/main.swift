// Pipelines on Kafka of a few shapes that no example has; the tests with processes run, starve and kill them.
//
//     kafka-shapes print BROKERS GROUP TOPIC [KEY=VALUE…]      the values, a line each
import Connect
import ConnectFiles
import ConnectKafka

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.count < 4 || arguments[0] != "print" {
    Pipeline.exit(usage: "kafka-shapes print BROKERS GROUP TOPIC [KEY=VALUE…]")
}

let configuration = KafkaConfiguration(brokers: arguments[1], settings: arguments.dropFirst(4))

await Pipeline("print")
    .root(KafkaSource(arguments[3], group: arguments[2], configuration))
    .map { $0.value ?? Bytes() }
    .to(StandardOutput())
    .main()
