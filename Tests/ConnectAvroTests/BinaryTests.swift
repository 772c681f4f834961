import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectAvro

@Suite("Avro in binary")
struct BinaryTests {
    private static let point = #"""
        {"type": "record", "name": "Point", "fields": [
          {"name": "x", "type": "int"}, {"name": "label", "type": ["null", "string"]},
          {"name": "tags", "type": {"type": "array", "items": "string"}},
          {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "B"]}}]}
        """#

    private static let value = AvroValue.record([
        AvroMember("x", .int(-3)), AvroMember("label", .union(branch: 1, .string("hé"))),
        AvroMember("tags", .array([.string("a"), .string("bc")])), AvroMember("kind", .enumeration("B")),
    ])

    // The examples of the specification.
    @Test(
        "Numbers, strings and arrays are written as in the specification",
        arguments: [
            (#""long""#, .long(0), [0x00]), (#""long""#, .long(-1), [0x01]), (#""long""#, .long(1), [0x02]),
            (#""long""#, .long(-2), [0x03]), (#""int""#, .int(-64), [0x7F]), (#""int""#, .int(64), [0x80, 0x01]),
            (#""string""#, .string("foo"), [0x06, 0x66, 0x6F, 0x6F]),
            (#"{"type": "array", "items": "long"}"#, .array([.long(3), .long(27)]), [0x04, 0x06, 0x36, 0x00]),
            (#"["null", "string"]"#, .union(branch: 0, .null), [0x00]),
            (#"["null", "string"]"#, .union(branch: 1, .string("a")), [0x02, 0x02, 0x61]),
            (#""long""#, .long(.min), [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]),
            (#""double""#, .double(1.5), [0, 0, 0, 0, 0, 0, 0xF8, 0x3F]), (#""boolean""#, .boolean(true), [1]),
        ] as [(String, AvroValue, [UInt8])])
    func examples(_ schema: String, _ value: AvroValue, _ bytes: [UInt8]) throws {
        let schema = try AvroSchema(parsing: schema)
        let binary = try AvroBinary(encoding: value, schema: schema)
        #expect(Array(binary.data) == bytes)
        #expect(try binary.decode() == value)
    }

    @Test("What was encoded is decoded to the same, and encoded to the same bytes again")
    func roundTrips() throws {
        for seed in seeds(1000) {
            var random = RandomAvro(seed)
            let text = random.schema()
            let schema = try AvroSchema(parsing: text)
            let value = random.value(schema.root)
            let binary = try AvroBinary(encoding: value, schema: schema)
            try binary.validate()
            #expect(try binary.decode() == value, "seed \(seed): \(text)")
            let record = try AvroRecord(binary)
            #expect(try record.value == value, "seed \(seed): \(text)")
            for (place, field) in record.type.fields.enumerated() {
                #expect(try record[place] == value[field.name], "seed \(seed), field \(field.name)")
            }
            #expect(try AvroBinary(encoding: record.value, schema: schema) == binary)
        }
    }

    @Test("Values stand in a union as they are where their kind says which branch it is")
    func bareBranches() throws {
        let schema = try AvroSchema(parsing: Self.point)
        var value = Self.value
        value["label"] = .string("hé")
        #expect(try AvroBinary(encoding: value, schema: schema).decode() == Self.value)
        value["label"] = .null
        #expect(try AvroBinary(encoding: value, schema: schema).decode()["label"] == .union(branch: 0, .null))
    }

    @Test("A record reads single fields, is changed in some and copied in the others")
    func records() throws {
        let schema = try AvroSchema(parsing: Self.point)
        let record = try AvroRecord(AvroBinary(encoding: Self.value, schema: schema))
        #expect(record.count == 4)
        #expect(try record["x"] == .int(-3))
        #expect(try record["label"]?.plain == .string("hé"))
        #expect(try record["none"] == nil)
        #expect(Array(record.bytes(of: 0)) == [5])
        let changed = try record.setting(["x": .int(300), "label": .null])
        #expect(try changed["x"] == .int(300))
        #expect(try changed["tags"] == record["tags"])
        #expect(throws: CoderError.self) { try record.setting(["x": .string("a")]) }
        #expect(throws: CoderError.self) { try record.setting(["y": .int(1)]) }
        let inUnion = try AvroSchema(parsing: #"["null", \#(Self.point)]"#)
        let wrapped = try AvroRecord(AvroBinary(encoding: .union(branch: 1, Self.value), schema: inUnion))
        #expect(try wrapped.setting(["x": .int(9)])["x"] == .int(9))
        #expect(throws: CoderError.self) {
            try AvroRecord(AvroBinary(encoding: .union(branch: 0, .null), schema: inUnion))
        }
    }

    @Test(
        "What does not fit is refused with the way to it",
        arguments: [
            ("x", .string("a"), "x: the value is a string, but the type is int"),
            ("x", .long(1 << 40), "x: 1099511627776 is too large"),
            ("kind", .enumeration("C"), "kind: the enum has no symbol \"C\""),
            ("label", .int(1), "label: the value is an int, for which the union has no branch"),
            ("label", .union(branch: 2, .null), "label: the union has no branch 2"),
            ("tags", .array([.string("a"), .null]), "tags.1: the value is null"),
            ("x", nil, "the field \"x\" is missing"), ("more", .null, "no field \"more\""),
        ] as [(String, AvroValue?, String)])
    func mismatches(_ name: String, _ value: AvroValue?, _ part: String) throws {
        let schema = try AvroSchema(parsing: Self.point)
        var record = Self.value
        record[name] = value
        let error = #expect(throws: CoderError.self) { try AvroBinary(encoding: record, schema: schema) }
        #expect(error?.description.contains(part) == true, "\(error.map { "\($0)" } ?? "taken")")
    }

    @Test(
        "Wrong data are refused by both ways of reading",
        arguments: [
            (#""boolean""#, [7], .malformed), (#""boolean""#, [], .truncated), (#""int""#, [0x80], .truncated),
            (#""int""#, [0xFE, 0xFF, 0xFF, 0xFF, 0x1F], .malformed), (#""double""#, [1, 2, 3], .truncated),
            (#""long""#, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02], .malformed),
            (#""string""#, [0x01, 0x61], .malformed), (#""string""#, [0x04, 0x61], .truncated),
            (#""string""#, [0x02, 0xFF], .malformed), (#""string""#, [0x06, 0xED, 0xA0, 0x80], .malformed),
            (#""bytes""#, [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], .truncated),
            (#"["null", "int"]"#, [0x01], .malformed), (#"["null", "int"]"#, [0x04], .malformed),
            ("[]", [0], .malformed),
            (#"{"type": "enum", "name": "E", "symbols": ["A"]}"#, [0x02], .malformed),
            (#"{"type": "enum", "name": "E", "symbols": ["A"]}"#, [0x01], .malformed),
            (#""int""#, [0x02, 0x02], .malformed), (#"{"type": "fixed", "name": "F", "size": 3}"#, [1, 2], .truncated),
            (#"{"type": "array", "items": "null"}"#, [0x80, 0xC2, 0xD7, 0x2F, 0], .limitExceeded),
            (
                #"{"type": "array", "items": "null"}"#,
                [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0], .malformed
            ),
            (#"{"type": "array", "items": "int"}"#, [0x80, 0xC2, 0xD7, 0x2F, 0], .truncated),
            (#"{"type": "array", "items": "int"}"#, [0x01, 0x06, 0x02, 0x00], .malformed),
            (#"{"type": "array", "items": "int"}"#, [0x01, 0x01, 0x02, 0x00], .malformed),
        ] as [(String, [UInt8], CoderError.Code)])
    func wrongData(_ schema: String, _ bytes: [UInt8], _ code: CoderError.Code) throws {
        let binary = AvroBinary(schema: try AvroSchema(parsing: schema), data: Bytes(bytes))
        #expect(#expect(throws: CoderError.self) { try binary.validate() }?.code == code)
        #expect(#expect(throws: CoderError.self) { try binary.decode() }?.code == code)
    }

    @Test("Blocks of items may say their size, with a negative count")
    func negativeCounts() throws {
        let array = try AvroSchema(parsing: #"{"type": "array", "items": "int"}"#)
        let binary = AvroBinary(schema: array, data: Bytes([0x03, 0x04, 0x02, 0x04, 0x02, 0x06, 0x00]))
        try binary.validate()
        #expect(try binary.decode() == .array([.int(1), .int(2), .int(3)]))
    }

    @Test("Data deeper than the limit are refused, however deep they are")
    func deepData() throws {
        let schema = try AvroSchema(
            parsing: #"{"type": "record", "name": "L", "fields": [{"name": "next", "type": ["null", "L"]}]}"#)
        let deep = AvroBinary(schema: schema, data: Bytes(Array(repeating: UInt8(2), count: 2_000_000) + [0]))
        #expect(#expect(throws: CoderError.self) { try deep.validate() }?.code == .limitExceeded)
        let limits = AvroLimits(depth: .max)
        #expect(#expect(throws: CoderError.self) { try deep.decode(limits: limits) }?.code == .limitExceeded)
        let flat = AvroBinary(schema: schema, data: Bytes([2, 2, 2, 0]))
        #expect(try AvroBinary(encoding: flat.decode(), schema: schema) == flat)
    }

    @Test("Records that double at each level and take no bytes cannot be made into endless trees")
    func doublingRecords() throws {
        let records = (0..<60).map { place in
            let type = place == 0 ? "\"null\"" : "\"R\(place - 1)\""
            return
                #"{"type": "record", "name": "R\#(place)", "fields": [{"name": "a", "type": \#(type)}, {"name": "b", "type": \#(type)}]}"#
        }
        let schema = try AvroSchema(parsing: "[\(records.joined(separator: ","))]")
        let binary = AvroBinary(schema: schema, data: Bytes([118]))
        try binary.validate()
        let limits = AvroLimits(elements: 10_000)
        #expect(#expect(throws: CoderError.self) { try binary.decode(limits: limits) }?.code == .limitExceeded)
    }

    @Test("Data beyond the limit on bytes are refused before they are looked at")
    func largeData() throws {
        let schema = try AvroSchema(parsing: "\"bytes\"")
        let binary = try AvroBinary(encoding: .bytes(Bytes(Array(repeating: 0, count: 1000))), schema: schema)
        let limits = AvroLimits(bytes: 1001)
        #expect(#expect(throws: CoderError.self) { try binary.validate(limits: limits) }?.code == .limitExceeded)
        let error = #expect(throws: CoderError.self) {
            try AvroBinary(encoding: binary.decode(), schema: schema, limits: limits)
        }
        #expect(error?.code == .limitExceeded)
    }
}
