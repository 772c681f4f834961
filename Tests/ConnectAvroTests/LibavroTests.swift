import Connect
import ConnectJSON
import ConnectTesting
import Foundation
import ProcessSupport
import Testing

@testable import ConnectAvro

/// What libavro reads and writes, by its programs `avrocat` and `avromod`. What it is known to get wrong is left out: text with zeros in it, numbers that
/// are none, and how it writes a float.
@Suite("Avro beside libavro")
struct LibavroTests {
    private static let schemas = [
        #"{"type":"record","name":"A","fields":[{"name":"l","type":"long"},{"name":"i","type":"int"},{"name":"b","type":"boolean"},{"name":"d","type":"double"},{"name":"s","type":"string"},{"name":"n","type":"null"}]}"#,
        #"{"type":"record","name":"B","fields":[{"name":"u","type":["null","string","long"]},{"name":"a","type":{"type":"array","items":"int"}},{"name":"m","type":{"type":"map","values":["null","double"]}}]}"#,
        #"{"type":"record","name":"C","fields":[{"name":"e","type":{"type":"enum","name":"E","symbols":["X","Y","Z"]}},{"name":"next","type":["null","C"]}]}"#,
        #"{"type":"record","name":"D","fields":[{"name":"in","type":{"type":"record","name":"I","fields":[{"name":"x","type":"int"},{"name":"y","type":{"type":"array","items":"string"}}]}},{"name":"more","type":{"type":"array","items":"I"}}]}"#,
    ]

    /// How files are packed here, and how libavro packs them again.
    private static let codecs: [(AvroCodec, String)] = [
        (.null, "deflate"), (.deflate(), "snappy"), (.snappy, "lzma"), (.lzma, "null"),
    ]

    @Test("What it reads of files that are written here is what they say, and so is what it writes", arguments: 0..<4)
    func readsAndWrites(_ place: Int) async throws {
        let schema = try AvroSchema(parsing: Self.schemas[place])
        let scratch = try Scratch()
        var random = RandomAvro(UInt64(place) + 1)
        var writer = try AvroFileWriter(schema: schema, codec: Self.codecs[place].0, blockBytes: 500)
        var file = Data(writer.header)
        var expected: [JSONDocument] = []
        while expected.count < 300 {
            let datum = try AvroBinary(encoding: random.value(schema.root), schema: schema)
            if datum.data.count > 4000 { continue }
            let json = try datum.json()
            if json.description.contains("\\u0000") { continue }
            expected.append(try JSONDocument(parsing: json))
            if let block = try writer.append(datum) { file.append(contentsOf: block) }
        }
        if let block = try writer.flush() { file.append(contentsOf: block) }
        let path = try scratch.file("file.avro", file)
        let avrocat = try ChildProcess(
            Program(at: "/usr/bin/env"), ["avrocat", path], in: scratch,
            output: try Descriptor(scratch.path("out"), O_WRONLY | O_CREAT | O_TRUNC))
        #expect(try await avrocat.wait() == .exited(0))
        let lines = try scratch.text("out").split(separator: "\n")
        try #require(lines.count == expected.count)
        for (line, document) in zip(lines, expected) {
            let found = try JSONDocument(parsing: Bytes(String(line)))
            #expect(Self.isSame(found.root, document.root), "\(line) is not \(document)")
        }
        let again = scratch.path("again.avro")
        let avromod = try ChildProcess(
            Program(at: "/usr/bin/env"), ["avromod", "--codec=\(Self.codecs[place].1)", path, again], in: scratch)
        #expect(try await avromod.wait() == .exited(0))
        let documents = try Self.read(scratch.data("again.avro"))
        try #require(documents.count == expected.count)
        for (found, document) in zip(documents, expected) {
            #expect(Self.isSame(found.root, document.root), "\(found) is not \(document)")
        }
    }

    private static func read(_ file: Data) throws -> [JSONDocument] {
        let stream = AvroFileStream(goal: 0, recovers: false, limits: AvroLimits())
        stream.append(Bytes(Array(file)))
        var documents: [JSONDocument] = []
        var data: [AvroBinary] = []
        while try stream.give({ block, _ in while let datum = block.next() { data.append(datum) } }) {}
        for datum in data { documents.append(try JSONDocument(parsing: datum.json())) }
        try stream.finish()
        return documents
    }

    private static func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
        guard one.kind == other.kind else { return false }
        switch one.kind {
        case .object:
            return one.count == other.count
                && one.members.allSatisfy { name, value in other[name].map { isSame(value, $0) } ?? false }
        case .array:
            return one.count == other.count && zip(one.elements, other.elements).allSatisfy { isSame($0, $1) }
        case .number: return one.integer(Int64.self) == other.integer(Int64.self) && one.double == other.double
        case .string: return one.string == other.string
        default: return one.text == other.text
        }
    }
}
