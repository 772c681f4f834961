// Prints the values of a topic as JSON, one on each line: Avro whose schemas are in a registry. Ends where the topic ends now.
//
//     kafka-avro-to-json BROKERS TOPIC REGISTRY
import Connect
import ConnectAvro
import ConnectFiles
import ConnectKafka
import ConnectSchemaRegistry

let words = Array(CommandLine.arguments.dropFirst())
guard words.count == 3, let registry = try? SchemaRegistryClient(SchemaRegistryConfiguration(words[2])) else {
    Pipeline.exit(usage: "kafka-avro-to-json BROKERS TOPIC http://REGISTRY:8081")
}

await Pipeline("kafka-avro-to-json")
    .root(KafkaSource.bounded(words[1], ["bootstrap.servers": words[0]]))
    .flatMap { (message: KeyValue) in message.value.map { [$0] } ?? [] }
    .as(AvroBinary.self, via: SchemaRegistryDecoder(registry))
    .as(Bytes.self, via: AvroJSONEncoder(.plain))
    .to(StandardOutput())
    .main()
