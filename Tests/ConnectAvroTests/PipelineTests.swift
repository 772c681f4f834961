import Connect
import ConnectTesting
import Testing

@testable import ConnectAvro

@Suite("Avro in pipelines")
struct AvroPipelineTests {
    private static func schema(_ type: String) throws -> AvroSchema {
        try AvroSchema(
            parsing: #"{"type": "record", "name": "R", "fields": [{"name": "n", "type": "\#(type)"}]}"#)
    }

    private static func chunks(_ count: Int, damaged: Bool = false) throws -> [StreamChunk] {
        let schema = try schema("int")
        var writer = try AvroFileWriter(schema: schema, codec: .deflate(), blockBytes: 10)
        var bytes = Array(writer.header)
        for number in 0..<count {
            let datum = try AvroBinary(encoding: .record([AvroMember("n", .int(Int32(number)))]), schema: schema)
            if let block = try writer.append(datum) { bytes += Array(block) }
        }
        if let block = try writer.flush() { bytes += Array(block) }
        if damaged { bytes[bytes.count - 1] ^= 1 }
        return stride(from: 0, to: bytes.count, by: 33).map { start in
            let end = min(bytes.count, start + 33)
            return StreamChunk(
                stream: PartitionID(index: 0), offset: Int64(start), bytes: Bytes(bytes[start..<end]),
                isLast: end == bytes.count)
        }
    }

    @Test("A container file is cut, projected and written as JSON")
    func fileToJSON() async throws {
        let sink = CollectSink<Bytes>()
        try await Pipeline("avro").root(ListSource(try Self.chunks(100))).apply(AvroFile())
            .as(AvroBinary.self, via: AvroProjector(to: Self.schema("double")))
            .as(Bytes.self, via: AvroJSONEncoder())
            .to(sink)
            .run()
        #expect(sink.elements.map(\.description) == (0..<100).map { "{\"n\":\($0).0}" })
    }

    @Test("Stages over bytes give what the coders give, and pass over what is wrong")
    func bytes() async throws {
        let (int, double) = (try Self.schema("int"), try Self.schema("double"))
        let projection = try AvroProjection(from: int, to: double)
        let data = (0..<50).map { $0 == 20 ? Bytes([0x80]) : Bytes([UInt8($0 * 2)]) }
        let sink = CollectSink<Bytes>()
        try await Pipeline("bytes").root(ListSource(data))
            .mapBytes { data, output in try projection.append(data, to: &output) }.onError(.skip)
            .mapBytes { data, output in try double.appendJSON(data, to: &output) }
            .to(sink)
            .run()
        #expect(sink.elements.map(\.description) == (0..<50).filter { $0 != 20 }.map { "{\"n\":\($0).0}" })
    }

    // S-ERR-2: what stands before the failure is delivered, and the run fails.
    @Test("A damaged block ends the run after the data before it")
    func damaged() async throws {
        let sink = CollectSink<AvroBinary>()
        await #expect(throws: PipelineError.self) {
            try await Pipeline("avro").root(ListSource(try Self.chunks(100, damaged: true))).apply(AvroFile()).to(sink)
                .run()
        }
        #expect(sink.elements.count > 50 && sink.elements.count < 100)
    }

    // S-END-3.
    @Test("A limit lets exactly so many data out", arguments: [1, 7, 99])
    func limit(_ count: Int) async throws {
        let sink = CollectSink<AvroBinary>()
        try await Pipeline("avro").root(ListSource(try Self.chunks(100))).apply(AvroFile()).limit(count).to(sink).run()
        #expect(sink.elements.count == count)
    }

    @Test("The coders keep the contract of coders")
    func contracts() throws {
        let int = try Self.schema("int")
        let long = try Self.schema("long")
        let data = try (0..<5).map { try AvroBinary(encoding: .record([AvroMember("n", .int($0))]), schema: int) }
        let wrong = AvroBinary(schema: int, data: Bytes([0x80]))
        try CoderContract(
            AvroProjector(to: long), samples: data.map { ($0, AvroBinary(schema: long, data: $0.data)) },
            malformed: [wrong]
        ).verify()
        try CoderContract(
            AvroJSONEncoder(), samples: data.enumerated().map { ($1, Bytes("{\"n\":\($0)}")) }, malformed: [wrong]
        ).verify()
        try CoderContract(
            AvroJSONDecoder(schema: int), samples: data.enumerated().map { (Bytes("{\"n\": \($0)}"), $1) },
            malformed: [Bytes(), Bytes("{"), Bytes("{\"n\": \"x\"}")]
        ).verify()
        try CoderContract(
            AvroSingleObjectDecoder(schemas: [int]), samples: data.map { ($0.singleObject, $0) },
            malformed: [Bytes(), Bytes("123456789012")]
        ).verify()
    }
}
