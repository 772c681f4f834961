// Prints the values of a topic as JSON, one on each line: Avro whose schemas are in a registry. Ends where the topic ends now.
//
//     kafka-avro-to-json BROKERS TOPIC REGISTRY [--peers LIST --self ADDRESS]
import Connect
import ConnectAvro
import ConnectFiles
import ConnectKafka
import ConnectNetwork
import ConnectSchemaRegistry

let usage = "kafka-avro-to-json BROKERS TOPIC http://REGISTRY:8081"
var words = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &words, usage: usage)
guard words.count == 3, let registry = try? SchemaRegistryClient(SchemaRegistryConfiguration(words[2])) else {
    Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)")
}

await Pipeline("kafka-avro-to-json")
    .root(KafkaSource.bounded(words[1], ["bootstrap.servers": words[0]]))
    .flatMap { (message: KeyValue) in message.value.map { [$0] } ?? [] }
    .as(AvroBinary.self, via: SchemaRegistryDecoder(registry))
    .as(Bytes.self, via: AvroJSONEncoder(.plain))
    .to(StandardOutput())
    .main(peers)
