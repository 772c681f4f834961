import Connect
import ConnectAvro
import ConnectKafka
import ConnectKafkaEmbedded
import ConnectSchemaRegistry
import ConnectSchemaRegistryServer
import ConnectTesting
import Foundation
import ProcessSupport
import Testing

extension KafkaProcessTests {
    @Suite("The examples of Avro on Kafka")
    struct AvroExampleTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        private static let old = #"{"type":"record","name":"Order","fields":[{"name":"id","type":"int"}]}"#
        private static let new =
            #"{"type":"record","name":"Order","fields":[{"name":"id","type":"long"},{"name":"state","type":"string","default":"new"}]}"#

        /// What an example prints of a topic, in any order.
        private func lines(_ brokers: String, _ topic: String, _ registry: String) async throws -> Set<Substring> {
            let name = "lines-\(UUID().uuidString)"
            let reader = try ChildProcess(
                Program("kafka-avro-to-json"), [brokers, topic, registry], in: scratch,
                output: try Descriptor(scratch.path(name), O_WRONLY | O_CREAT | O_TRUNC))
            let ending = try await reader.wait()
            #expect(ending == .exited(0))
            return Set(try scratch.text(name).split(separator: "\n"))
        }

        @Test("Messages go from one registry to another, and become JSON by either")
        func registryToRegistry() async throws {
            let kafka = try EmbeddedKafka(topics: [
                EmbeddedKafka.Topic("orders", partitions: 2), EmbeddedKafka.Topic("copies", partitions: 2),
            ])
            let brokers = kafka.bootstrapServers
            let servers = (try SchemaRegistryServer(port: 0), try SchemaRegistryServer(port: 0))
            let (from, to) = (try await servers.0.start(), try await servers.1.start())
            let count = 500
            let schema = try AvroSchema(parsing: Self.old)
            let other = try SchemaRegistryClient(SchemaRegistryConfiguration(to))
            // So that the numbers of the registries differ.
            _ = try other.number(of: AvroSchema(parsing: "\"int\""), subject: "other")
            let messages = try (0..<count).map { number in
                AvroMessage(
                    key: .bytes(Bytes("\(number)")),
                    value: .datum(
                        try AvroBinary(encoding: .record([AvroMember("id", .int(Int32(number)))]), schema: schema)))
            }
            try await Pipeline("orders").root(ListSource(messages))
                .as(
                    KeyValue.self,
                    via: SchemaRegistryMessageEncoder(
                        try SchemaRegistryClient(SchemaRegistryConfiguration(from)), .topicName("orders"))
                )
                .to(KafkaSink("orders", ["bootstrap.servers": brokers])).run(.quiet())
            let expected = Set((0..<count).map { Substring("{\"id\":\($0)}") })
            #expect(try await lines(brokers, "orders", from) == expected)

            let copier = try ChildProcess(
                Program("registry-to-registry"), [brokers, "copy", "orders", from, "copies", to, Self.new], in: scratch)
            let copies = Set((0..<count).map { Substring("{\"id\":\($0),\"state\":\"new\"}") })
            var found: Set<Substring> = []
            while found.count < count {
                if copier.poll() != nil { throw TestFailure(try copier.standardError()) }
                found = try await lines(brokers, "copies", to)
            }
            #expect(found == copies)
            #expect(try other.latest(of: "copies-value").number == 2)
            copier.send(SIGTERM)
            #expect(try await copier.wait() == .exited(0))
            kafka.stop()
            await servers.0.stop()
            await servers.1.stop()
        }

        @Test(
            "Called in a wrong way they say how, and end with 2",
            arguments: ["kafka-avro-to-json", "registry-to-registry"])
        func usage(_ name: String) async throws {
            let process = try ChildProcess(Program(name), ["x"], in: scratch)
            #expect(try await process.wait() == .exited(2))
            #expect(try process.standardError().hasPrefix("usage: \(name) "))
        }
    }
}
