// Copies a topic whose values are Avro with their schemas in one registry to another topic, whose registry is another one: the
// values get a schema of their own there. Stopped or killed and started again it goes on where it was.
//
//     registry-to-registry BROKERS GROUP TOPIC REGISTRY OTHER-TOPIC OTHER-REGISTRY SCHEMA [--peers LIST --self ADDRESS]
import Connect
import ConnectAvro
import ConnectKafka
import ConnectNetwork
import ConnectSchemaRegistry

let usage = "registry-to-registry BROKERS GROUP TOPIC REGISTRY OTHER-TOPIC OTHER-REGISTRY SCHEMA"
var words = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &words, usage: usage)
guard words.count == 7, let schema = try? AvroSchema(parsing: words[6]),
    let from = try? SchemaRegistryClient(SchemaRegistryConfiguration(words[3])),
    let to = try? SchemaRegistryClient(SchemaRegistryConfiguration(words[5]))
else {
    Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)   (the schema itself, in JSON)")
}

let brokers = KafkaConfiguration(brokers: words[0])

await Pipeline("registry-to-registry")
    .root(KafkaSource(words[2], group: words[1], brokers))
    .as(AvroMessage.self, via: SchemaRegistryMessageDecoder(from))
    .as(AvroMessage.self, via: AvroMessageProjector(to: schema))
    .as(KeyValue.self, via: SchemaRegistryMessageEncoder(to, .topicName(words[4])))
    .to(KafkaSink(words[4], brokers))
    .main(peers)
