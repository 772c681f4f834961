import Connect
import ConnectAvro
import ConnectAvroFiles
import ConnectFiles
import ConnectKafka
import ConnectSchemaRegistry
import ConnectSchemaRegistryServer
import Foundation
import Testing

/// The code of the articles of ConnectAvro, ConnectAvroFiles and the modules of schema registries.
@Suite("Avro and schema registries")
struct AvroTests {
    struct Item: Codable, Equatable {
        var name: String
        var count: Int32
    }

    @Test("A type of Swift goes to Avro and back, and a field is changed")
    func values() throws {
        let schema = try AvroSchema(derivedFrom: Item.self, namespace: "org.example")
        let datum = try AvroBinary(encoding: Item(name: "tea", count: 3), schema: schema)
        let item = try datum.decode(Item.self)
        let changed = try AvroRecord(datum).setting(["count": .int(4)])
        #expect(item == Item(name: "tea", count: 3))
        #expect(try changed.binary.json() == #"{"name":"tea","count":4}"#)
    }

    @Test("Lines of JSON become a container file, and the file becomes lines by another schema")
    func files() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let lines = folder.appendingPathComponent("orders.ndjson")
        try Data("{\"id\":1}\n{\"id\":2}\n".utf8).write(to: lines)
        let packed = FilePath(folder.appendingPathComponent("orders.avro").path)
        let state = DirectoryCheckpointStore(FilePath(folder.appendingPathComponent("state").path))
        let old = try AvroSchema(parsing: #"{"type":"record","name":"O","fields":[{"name":"id","type":"int"}]}"#)
        try await pack(FilePath(lines.path), packed, old, RunOptions(checkpoints: state))
        let new = try AvroSchema(
            parsing:
                #"{"type":"record","name":"O","fields":[{"name":"id","type":"long"},{"name":"s","type":"string","default":"-"}]}"#
        )
        let back = folder.appendingPathComponent("back.ndjson")
        try await unpack(packed, FilePath(back.path), new)
        #expect(try String(contentsOf: back, encoding: .utf8) == "{\"id\":1,\"s\":\"-\"}\n{\"id\":2,\"s\":\"-\"}\n")
    }

    private func pack(_ input: FilePath, _ output: FilePath, _ schema: AvroSchema, _ options: RunOptions) async throws {
        try await Pipeline("pack")
            .root(FileSource(input).lines())
            .as(AvroBinary.self, via: AvroJSONDecoder(schema: schema, .plain))
            .to(AvroFileSink(FileSink(output, delivery: .exactlyOnce), schema: schema, codec: .zstandard()))
            .run(options)
    }

    private func unpack(_ input: FilePath, _ output: FilePath, _ schema: AvroSchema) async throws {
        try await Pipeline("orders")
            .root(FileSource(input))
            .apply(AvroFile())
            .as(AvroBinary.self, via: AvroProjector(to: schema)).par(2)
            .as(Bytes.self, via: AvroJSONEncoder(.plain)).par(2)
            .to(FileSink(output))
            .run()
    }

    @Test("A registry of a program's own has an address")
    func server() async throws {
        let registry = try SchemaRegistryServer(port: 0)
        let address = try await registry.start()  // http://127.0.0.1:40123
        #expect(address.hasPrefix("http://127.0.0.1:"))
        await registry.stop()
    }

    /// Compiled only: it ends the process.
    func program(_ kafka: KafkaConfiguration) async throws {
        let registry = try SchemaRegistryClient(SchemaRegistryConfiguration("http://localhost:8081"))

        await Pipeline("orders")
            .root(KafkaSource("orders", group: "print", kafka))
            .as(AvroMessage.self, via: SchemaRegistryMessageDecoder(registry, parts: [.key, .value]))
            .as(KeyValue.self, via: AvroMessageEncoder(.plain))
            .to(KafkaSink("orders-json", kafka))
            .main()
    }
}
