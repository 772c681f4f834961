import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectAvro

@Suite("Projection of Avro")
struct ProjectionTests {
    private func projected(
        _ writer: String, _ reader: String, _ value: AvroValue
    ) throws -> AvroValue {
        let writer = try AvroSchema(parsing: writer)
        let binary = try AvroBinary(encoding: value, schema: writer)
        let result = try AvroProjection(from: writer, to: AvroSchema(parsing: reader)).project(binary)
        try result.validate()
        return try result.decode()
    }

    private static func record(_ fields: String, name: String = "R", more: String = "") -> String {
        #"{"type": "record", "name": "\#(name)",\#(more) "fields": [\#(fields)]}"#
    }

    @Test(
        "Every promotion of the specification",
        arguments: [
            (#""int""#, #""long""#, .int(-5), .long(-5)), (#""int""#, #""float""#, .int(-5), .float(-5)),
            (#""int""#, #""double""#, .int(1 << 30), .double(1_073_741_824)),
            (#""long""#, #""float""#, .long(1 << 40), .float(1_099_511_627_776)),
            (#""long""#, #""double""#, .long(-3), .double(-3)),
            (#""float""#, #""double""#, .float(0.1), .double(Double(Float(0.1)))),
            (#""string""#, #""bytes""#, .string("hé"), .bytes("hé")),
            (#""bytes""#, #""string""#, .bytes("hé"), .string("hé")),
        ] as [(String, String, AvroValue, AvroValue)])
    func promotions(_ writer: String, _ reader: String, _ value: AvroValue, _ expected: AvroValue) throws {
        #expect(try projected(writer, reader, value) == expected)
        let items = try projected(
            #"{"type": "array", "items": \#(writer)}"#, #"{"type": "array", "items": \#(reader)}"#,
            .array([value, value]))
        #expect(items == .array([expected, expected]))
        let branch = try projected(#"["null", \#(writer)]"#, #"["null", \#(reader)]"#, .union(branch: 1, value))
        #expect(branch == .union(branch: 1, expected))
    }

    @Test(
        "What fits not is refused before any data come",
        arguments: [
            (#""long""#, #""int""#), (#""double""#, #""float""#), (#""string""#, #""int""#), (#""null""#, #""int""#),
            (#"{"type": "array", "items": "string"}"#, #"{"type": "array", "items": "int"}"#),
            (#"{"type": "array", "items": "int"}"#, #"{"type": "map", "values": "int"}"#),
            (#""int""#, #"["null", "string"]"#),
            (#"{"type": "fixed", "name": "F", "size": 1}"#, #"{"type": "fixed", "name": "F", "size": 2}"#),
            (#"{"type": "fixed", "name": "F", "size": 1}"#, #"{"type": "fixed", "name": "G", "size": 1}"#),
            (#"{"type": "record", "name": "F", "fields": []}"#, #"{"type": "enum", "name": "F", "symbols": ["A"]}"#),
            (record(""), record(#"{"name": "a", "type": "int"}"#)),
            (record(""), record(#"{"name": "a", "type": "int", "default": "x"}"#)),
            (record(""), record("", name: "S")),
        ])
    func refused(_ writer: String, _ reader: String) throws {
        let (writer, reader) = (try AvroSchema(parsing: writer), try AvroSchema(parsing: reader))
        #expect(throws: CoderError.self) { try AvroProjection(from: writer, to: reader) }
    }

    @Test("Fields are matched by name and former name, left out, put in by default and in another order")
    func fields() throws {
        let writer = Self.record(
            #"{"name": "a", "type": "int"}, {"name": "b", "type": "string"}, {"name": "c", "type": "long"}"#)
        let value = AvroValue.record([
            AvroMember("a", .int(1)), AvroMember("b", .string("x")), AvroMember("c", .long(2)),
        ])
        let ordered = Self.record(
            #"{"name": "n", "type": "bytes", "default": "\u00ff"}, {"name": "y", "aliases": ["q", "b"], "type": "string"},"#
                + #" {"name": "c", "type": "double"}, {"name": "m", "type": ["int", "null"], "default": 4}"#)
        #expect(
            try projected(writer, ordered, value)
                == .record([
                    AvroMember("n", .bytes(Bytes([0xFF]))), AvroMember("y", .string("x")), AvroMember("c", .double(2)),
                    AvroMember("m", .union(branch: 0, .int(4))),
                ]))
        let reordered = Self.record(
            #"{"name": "c", "type": "long"}, {"name": "d", "type": {"type": "array", "items": "int"}, "default": [7]},"#
                + #" {"name": "a", "type": "long"}"#, name: "x.R")
        #expect(
            try projected(writer, reordered, value)
                == .record([AvroMember("c", .long(2)), AvroMember("d", .array([.int(7)])), AvroMember("a", .long(1))]))
        let renamed = Self.record(#"{"name": "b", "type": "string"}"#, name: "S", more: #" "aliases": ["R"],"#)
        #expect(try projected(writer, renamed, value) == .record([AvroMember("b", .string("x"))]))
    }

    @Test("A name goes before a former name")
    func names() throws {
        let writer = Self.record(#"{"name": "a", "type": "int"}, {"name": "b", "type": "int"}"#)
        let reader = Self.record(
            #"{"name": "b", "aliases": ["a"], "type": "int"}, {"name": "c", "aliases": ["b"], "type": "int", "default": 9}"#
        )
        let value = AvroValue.record([AvroMember("a", .int(1)), AvroMember("b", .int(2))])
        #expect(try projected(writer, reader, value) == .record([AvroMember("b", .int(2)), AvroMember("c", .int(9))]))
    }

    @Test("Defaults may be records with defaults of their own, and may be of any branch of a union")
    func defaults() throws {
        let inner =
            #"{"type": "record", "name": "I", "fields": [{"name": "x", "type": "int", "default": 3}, {"name": "y", "type": "int"}]}"#
        let reader = Self.record(
            #"{"name": "i", "type": \#(inner), "default": {"y": 4}}, {"name": "u", "type": ["null", "I", "string"], "default": "s"},"#
                + #" {"name": "m", "type": {"type": "map", "values": "I"}, "default": {"k": {"x": 1, "y": 2}}}"#)
        func made(_ x: Int32, _ y: Int32) -> AvroValue {
            .record([AvroMember("x", .int(x)), AvroMember("y", .int(y))])
        }
        #expect(
            try projected(Self.record(""), reader, .record([]))
                == .record([
                    AvroMember("i", made(3, 4)), AvroMember("u", .union(branch: 2, .string("s"))),
                    AvroMember("m", .map([AvroMember("k", made(1, 2))])),
                ]))
    }

    @Test("A default that holds itself without end is refused")
    func endlessDefault() throws {
        let reader = try AvroSchema(
            parsing: Self.record(
                #"{"name": "f", "type": ["R", "null"], "default": {}}, {"name": "g", "type": ["R", "null"], "default": {}}"#
            ))
        let writer = try AvroSchema(parsing: Self.record(""))
        let error = #expect(throws: CoderError.self) { try AvroProjection(from: writer, to: reader) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("Symbols are mapped by name; those that are not known become the default, or are refused with their data")
    func symbols() throws {
        let writer = #"{"type": "enum", "name": "E", "symbols": ["A", "B", "C"]}"#
        let reordered = #"{"type": "enum", "name": "ns.E", "symbols": ["C", "B", "A"]}"#
        for symbol in ["A", "B", "C"] {
            #expect(try projected(writer, reordered, .enumeration(symbol)) == .enumeration(symbol))
        }
        let fewer = #"{"type": "enum", "name": "E", "symbols": ["C", "Z"], "default": "Z"}"#
        #expect(try projected(writer, fewer, .enumeration("A")) == .enumeration("Z"))
        let strict = #"{"type": "enum", "name": "E", "symbols": ["C"]}"#
        #expect(try projected(writer, strict, .enumeration("C")) == .enumeration("C"))
        let error = #expect(throws: CoderError.self) { try projected(writer, strict, .enumeration("B")) }
        #expect(error?.message.contains("no symbol \"B\"") == true)
    }

    @Test("Of the reader's union the first branch counts that fits, of the writer's the one that was written")
    func unions() throws {
        #expect(try projected(#""int""#, #"["null", "long", "int"]"#, .int(1)) == .union(branch: 1, .long(1)))
        #expect(try projected(#"["int", "string"]"#, #""string""#, .union(branch: 1, .string("a"))) == .string("a"))
        #expect(throws: CoderError.self) {
            try projected(#"["int", "string"]"#, #""string""#, .union(branch: 0, .int(1)))
        }
        #expect(
            try projected(#"["string", "null"]"#, #"["null", "string"]"#, .union(branch: 0, .string("a")))
                == .union(branch: 1, .string("a")))
        #expect(throws: CoderError.self) {
            try projected(#"["string", "null"]"#, #"["string", "int"]"#, .union(branch: 1, .null))
        }
    }

    @Test("What changes nothing is the same bytes, and more branches or symbols change nothing")
    func copies() throws {
        let list =
            #"{"type": "record", "name": "L", "fields": [{"name": "v", "type": "int"}, {"name": "n", "type": ["null", "L"]}]}"#
        let longer =
            #"{"type": "record", "name": "L", "fields": [{"name": "v", "type": "long"}, {"name": "n", "type": ["null", "L"]}]}"#
        let wider =
            #"{"type": "record", "name": "L", "fields": [{"name": "v", "type": "double"}, {"name": "n", "type": ["null", "L"]}]}"#
        func changesNothing(_ writer: String, _ reader: String) throws -> Bool {
            try AvroProjection(from: AvroSchema(parsing: writer), to: AvroSchema(parsing: reader)).changesNothing
        }
        #expect(try changesNothing(list, list))
        #expect(try changesNothing(list, longer))
        #expect(try !changesNothing(list, wider))
        #expect(try changesNothing(#"["null", "int"]"#, #"["null", "int", "string"]"#))
        #expect(try !changesNothing(#"["null", "int"]"#, #"["int", "null"]"#))
        #expect(
            try !changesNothing(
                Self.record(#"{"name": "a", "type": "int"}"#), Self.record(#"{"name": "a", "type": ["int"]}"#)))
        #expect(
            try changesNothing(
                #"{"type": "enum", "name": "E", "symbols": ["A"]}"#,
                #"{"type": "enum", "name": "E", "symbols": ["A", "B"]}"#))
    }

    @Test("Small data cannot become large without limit")
    func amplification() throws {
        let writer = try AvroSchema(parsing: #"{"type": "array", "items": \#(Self.record(""))}"#)
        let text = String(repeating: "x", count: 10_000)
        let reader = try AvroSchema(
            parsing:
                #"{"type": "array", "items": \#(Self.record(#"{"name": "a", "type": "string", "default": "\#(text)"}"#))}"#
        )
        let binary = AvroBinary(schema: writer, data: Bytes([0x80, 0x89, 0x7A, 0x00]))
        try binary.validate()
        let error = #expect(throws: CoderError.self) {
            try AvroProjection(from: writer, to: reader).project(binary, limits: AvroLimits(bytes: 1 << 20))
        }
        #expect(error?.code == .limitExceeded)
    }

    @Test("Records that stand in each other by name, as deep as a schema is long, are compiled")
    func deepNames() throws {
        let count = 20_000
        let records = (0..<count).map { place in
            let field = place == 0 ? "" : #"{"name": "a", "type": "R\#(place - 1)"}"#
            return #"{"type": "record", "name": "R\#(place)", "fields": [\#(field)]}"#
        }
        let schema = try AvroSchema(
            parsing: "[\(records.joined(separator: ","))]", limits: AvroLimits(schemaBytes: 1 << 22))
        let last = try AvroSchema(
            parsing: "[\(records.joined(separator: ",")), \"null\"]", limits: AvroLimits(schemaBytes: 1 << 22))
        let error = #expect(throws: CoderError.self) { try AvroProjection(from: schema, to: last) }
        #expect(error?.code == .limitExceeded)
        let (fewer, more) = (records.prefix(1000), records.prefix(1001))
        let projection = try AvroProjection(
            from: AvroSchema(parsing: "[\(fewer.joined(separator: ","))]"),
            to: AvroSchema(parsing: "[\(more.joined(separator: ","))]"))
        #expect(projection.changesNothing)
    }

    @Test("The coder compiles each way once, and tells errors of schemas with each datum")
    func coder() throws {
        var instance = AvroProjector(to: try AvroSchema(parsing: "\"long\"")).makeInstance()
        for _ in 0..<2 {
            for schema in ["\"int\"", "\"long\""] {
                let binary = AvroBinary(schema: try AvroSchema(parsing: schema), data: Bytes([2]))
                #expect(try instance.convert(binary).decode() == .long(1))
            }
            let wrong = AvroBinary(schema: try AvroSchema(parsing: "\"string\""), data: Bytes([0]))
            #expect(throws: CoderError.self) { try instance.convert(wrong) }
        }
    }

    @Test("A coder gives what single projections give, whatever it has given and refused before")
    func coderKeepsNothing() throws {
        var (taken, refused) = (0, 0)
        for seed in seeds(200) {
            var random = RandomAvro(seed)
            var evolution = RandomEvolution(seed)
            let pair = evolution.pair()
            let (writer, reader) = (try AvroSchema(parsing: pair.writer), try AvroSchema(parsing: pair.reader))
            guard let projection = try? AvroProjection(from: writer, to: reader) else { continue }
            var instance = AvroProjector(to: reader).makeInstance()
            var held: [(AvroBinary, AvroBinary)] = []
            for _ in 0..<20 {
                var bytes = Array(try AvroBinary(encoding: random.value(writer.root), schema: writer).data)
                if random.random.below(3) == 0, !bytes.isEmpty {
                    bytes[random.random.below(bytes.count)] ^= UInt8(1 << random.random.below(8))
                }
                let binary = AvroBinary(schema: writer, data: Bytes(bytes))
                let expected = Result { () throws(CoderError) in try projection.project(binary) }
                switch expected {
                case .success(let expected):
                    held.append((try instance.convert(binary), expected))
                    taken += 1
                case .failure(let expected):
                    let error = #expect(throws: CoderError.self) { try instance.convert(binary) }
                    #expect(error?.description == expected.description, "seed \(seed)")
                    refused += 1
                }
            }
            for (given, expected) in held { #expect(given == expected, "seed \(seed)") }
        }
        #expect(taken > refused)
        #expect(refused > 0)
    }
}
