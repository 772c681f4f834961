// Copies a topic whose values are Avro with their schemas in one registry to another topic, whose registry is another one: the
// values get a schema of their own there. Stopped or killed and started again it goes on where it was.
//
//     registry-to-registry BROKERS GROUP TOPIC REGISTRY OTHER-TOPIC OTHER-REGISTRY SCHEMA
import Connect
import ConnectAvro
import ConnectKafka
import ConnectSchemaRegistry

let words = Array(CommandLine.arguments.dropFirst())
guard words.count == 7, let schema = try? AvroSchema(parsing: words[6]),
    let from = try? SchemaRegistryClient(SchemaRegistryConfiguration(words[3])),
    let to = try? SchemaRegistryClient(SchemaRegistryConfiguration(words[5]))
else {
    Pipeline.exit(
        usage: "registry-to-registry BROKERS GROUP TOPIC REGISTRY OTHER-TOPIC OTHER-REGISTRY SCHEMA   (in JSON)")
}

let brokers = KafkaConfiguration(brokers: words[0])

await Pipeline("registry-to-registry")
    .root(KafkaSource(words[2], group: words[1], brokers))
    .as(AvroMessage.self, via: SchemaRegistryMessageDecoder(from))
    .as(AvroMessage.self, via: AvroMessageProjector(to: schema))
    .as(KeyValue.self, via: SchemaRegistryMessageEncoder(to, .topicName(words[4])))
    .to(KafkaSink(words[4], brokers))
    .main()
