import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectAvro

/// Data of a container file are checked when they are read, and not a second time by what takes them from there.
@Suite("Data of Avro that were found valid")
struct AvroCheckTests {
    private static let names = ["x", "y", "z"]
    private static let inner =
        #"{"type": "record", "name": "S", "fields": [\#(names.map(field).joined(separator: ","))]}"#
    private static let writer = record(#"{"name": "s", "type": \#(inner)}, \#(field("n"))"#)
    /// One that leaves something out, and one by which nothing changes.
    private static let readers = [record(#"{"name": "s", "type": \#(inner)}"#), writer]

    private static func field(_ name: String) -> String { #"{"name": "\#(name)", "type": "string"}"# }

    private static func record(_ fields: String) -> String {
        #"{"type": "record", "name": "R", "fields": [\#(fields)]}"#
    }

    private static func written() throws -> AvroBinary {
        let schema = try AvroSchema(parsing: writer)
        let value = AvroValue.record([
            AvroMember("s", .record(names.map { AvroMember($0, .string("hé")) })), AvroMember("n", .string("n")),
        ])
        return try AvroBinary(encoding: value, schema: schema)
    }

    /// The datum of a container file.
    private static func read(limits: AvroLimits = AvroLimits()) throws -> AvroBinary {
        let binary = try written()
        var file = try AvroFileWriter(schema: binary.schema)
        let stream = AvroFileStream(goal: 0, recovers: false, limits: limits)
        stream.append(file.header)
        if let block = try file.append(binary) { stream.append(block) }
        if let block = try file.flush() { stream.append(block) }
        var read: AvroBinary?
        _ = try stream.give { block, _ in read = block.next() }
        return try #require(read)
    }

    private static func project(
        _ binary: AvroBinary, to reader: String, _ limits: AvroLimits = AvroLimits()
    ) throws -> AvroBinary {
        var projector = AvroProjector(to: try AvroSchema(parsing: reader), limits: limits).makeInstance()
        let projected = try projector.convert(binary)
        let projection = try AvroProjection(from: binary.schema, to: try AvroSchema(parsing: reader))
        #expect(try projection.project(binary, limits: limits) == projected)
        return projected
    }

    @Test("They are the same as others, and become the same", arguments: readers)
    func same(_ reader: String) throws {
        let (read, written) = (try Self.read(), try Self.written())
        #expect(read.program.check.holds(AvroLimits()))
        #expect(read == written)
        #expect(Set([read, written]).count == 1)
        #expect(read.schema.program === written.schema.program)
        #expect(try Self.project(read, to: reader) == Self.project(written, to: reader))
    }

    @Test(
        "Stricter limits than those of the file are held to",
        arguments: [AvroLimits(depth: 1), AvroLimits(elements: 4), AvroLimits(bytes: 3)], readers)
    func stricterLimits(_ limits: AvroLimits, _ reader: String) throws {
        let read = try Self.read()
        var projector = AvroProjector(to: try AvroSchema(parsing: reader), limits: limits).makeInstance()
        #expect(throws: CoderError.self) { try projector.convert(read) }
        let projection = try AvroProjection(from: read.schema, to: try AvroSchema(parsing: reader))
        #expect(throws: CoderError.self) { try projection.project(read, limits: limits) }
    }

    @Test("Data of a file that was read under wider limits are looked at under the usual ones")
    func widerLimits() throws {
        let wide = try Self.read(limits: AvroLimits(depth: 1000, elements: .max))
        #expect(!wide.program.check.holds(AvroLimits()))
        #expect(wide.program.check.holds(AvroLimits(depth: 5000, elements: .max)))
        #expect(try Self.project(wide, to: Self.readers[0]) == Self.project(Self.read(), to: Self.readers[0]))
    }

    @Test("What is made of the schema of such a datum is looked at, also right behind it", arguments: readers)
    func otherBytes(_ reader: String) throws {
        let read = try Self.read()
        var projector = AvroProjector(to: try AvroSchema(parsing: reader)).makeInstance()
        _ = try projector.convert(read)
        for place in 0..<read.data.count {
            var bytes = Array(read.data)
            bytes[place] = 0xFF
            let damaged = AvroBinary(schema: read.schema, data: Bytes(bytes))
            #expect(!damaged.program.check.holds(AvroLimits(depth: .max, elements: .max)))
            #expect(throws: CoderError.self) { try projector.convert(damaged) }
            _ = try projector.convert(read)
        }
        let same = AvroBinary(schema: read.schema, data: read.data)
        #expect(!same.program.check.holds(AvroLimits(depth: .max, elements: .max)))
    }

    @Test("Whatever stands in data, they become the same as others, and are checked again behind that")
    func random() throws {
        var projected = 0
        for seed in seeds(2000) {
            var random = RandomAvro(seed)
            var evolution = RandomEvolution(seed)
            let pair = evolution.pair()
            let schema = try AvroSchema(parsing: pair.writer)
            let binary = try AvroBinary(encoding: random.value(schema.root), schema: schema)
            let program = try AvroSchemaTable.shared.program(
                schema.text, AvroLimits(), check: AvroCheck(AvroLimits()))
            let valid = AvroBinary(valid: binary.data, of: program)
            var projector = AvroProjector(to: try AvroSchema(parsing: pair.reader)).makeInstance()
            let expected = Result { try projector.convert(binary) }
            let result = Result { try projector.convert(valid) }
            switch (expected, result) {
            case (.success(let one), .success(let other)):
                #expect(one == other, "seed \(seed)")
                #expect(!other.program.check.holds(AvroLimits()), "seed \(seed)")
                projected += 1
            case (.failure(let one as CoderError), .failure(let other as CoderError)):
                #expect(one.message == other.message && one.offset == other.offset, "seed \(seed)")
            default: Issue.record("seed \(seed): \(expected), but \(result)")
            }
        }
        #expect(projected >= seeds(2000).count / 4)
    }
}
