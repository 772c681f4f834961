import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectAvro

/// Most values of records are passed over in a short way; what that does not take is looked at as values alone are.
@Suite("Passing over data of Avro")
struct PassingTests {
    private static let types = [
        #""null""#, #""boolean""#, #""int""#, #""long""#, #""float""#, #""double""#, #""bytes""#, #""string""#,
        #"{"type": "fixed", "name": "F", "size": 3}"#, #"{"type": "enum", "name": "E", "symbols": ["A", "B", "C"]}"#,
        #"{"type": "enum", "name": "M", "symbols": [\#((0..<70).map { "\"S\($0)\"" }.joined(separator: ","))]}"#,
        #"{"type": "array", "items": "int"}"#, #"{"type": "map", "values": "boolean"}"#,
    ]

    private static let texts = [
        "", "a", "hé", "seven77", "eight888", "nine99999", "日本語", String(repeating: "x", count: 63),
        String(repeating: "y", count: 70),
    ]

    /// What stands behind the values that are tried: short ways look at eight bytes together.
    private static let padding = (1...9).map { UInt8($0) }

    private struct Failure: Equatable {
        let code: CoderError.Code
        let offset: Int64?
        let message: String

        func shifted(by bytes: Int64) -> Failure {
            Failure(code: code, offset: offset.map { $0 + bytes }, message: message)
        }
    }

    private static func failure(_ schema: AvroSchema, _ data: [UInt8]) -> Failure? {
        do throws(CoderError) {
            try AvroBinary(schema: schema, data: Bytes(data)).validate()
            return nil
        } catch {
            return Failure(code: error.code, offset: error.offset, message: error.message)
        }
    }

    private static func record(_ fields: String...) throws -> AvroSchema {
        let list = fields.enumerated().map { place, type in #"{"name": "f\#(place)", "type": \#(type)}"# }
        return try AvroSchema(parsing: #"{"type": "record", "name": "R", "fields": [\#(list.joined(separator: ","))]}"#)
    }

    /// Bytes of which many are values, or nearly.
    private static func sample(_ random: inout SplitMix) -> [UInt8] {
        switch random.below(6) {
        case 0: return (0..<random.below(4)).map { _ in UInt8(random.below(8)) }
        case 1: return (0..<random.below(12)).map { _ in UInt8(random.below(256)) }
        case 2:
            // Numbers of all lengths, also of more bytes than they need.
            let count = random.below(11)
            return (0..<count).map { _ in UInt8(random.below(2) == 0 ? 0x80 : 0xFF) } + [UInt8(random.below(128))]
        default:
            let text = texts[random.below(texts.count)]
            let length = text.utf8.count * 2
            var bytes = length < 128 ? [UInt8(length)] : [UInt8(length & 0x7F) | 0x80, UInt8(length >> 7)]
            bytes += Array(text.utf8)
            if random.below(3) == 0, bytes.count > 1 { bytes[1 + random.below(bytes.count - 1)] = 0xFF }
            if random.below(6) == 0 { bytes.removeLast() }
            return bytes
        }
    }

    @Test("A value in a record, a union or a list is taken and refused as it is alone", arguments: types)
    func alone(_ type: String) throws {
        let schema = try AvroSchema(parsing: type)
        let record = try Self.record(type)
        let union = try Self.record(#"[{"type": "record", "name": "Q", "fields": []}, \#(type)]"#)
        let padded = try Self.record(type, #"{"type": "fixed", "name": "P", "size": \#(Self.padding.count)}"#)
        let items = try AvroSchema(parsing: #"{"type": "array", "items": \#(type)}"#)
        var taken = 0
        for seed in seeds(400) {
            var random = SplitMix(seed: seed)
            let data = Self.sample(&random)
            let expected = Self.failure(schema, data)
            #expect(Self.failure(record, data) == expected, "seed \(seed): \(data)")
            #expect(Self.failure(union, [2] + data) == expected?.shifted(by: 1), "seed \(seed): \(data)")
            guard expected == nil else { continue }
            taken += 1
            #expect(Self.failure(padded, data + Self.padding) == nil, "seed \(seed): \(data)")
            #expect(Self.failure(padded, data + Self.padding.dropLast())?.code == .truncated, "seed \(seed): \(data)")
            #expect(Self.failure(items, [4] + data + data + [0]) == nil, "seed \(seed): \(data)")
            #expect(Self.failure(items, [4] + data + data)?.code == .truncated, "seed \(seed): \(data)")
        }
        #expect(taken > 0)
    }

    /// Records whose values stand beside each other in all the ways that matter, and a datum of each.
    private static let rows: [(types: [String], values: [AvroValue])] = [
        (
            [long, text, note, #""int""#, #""double""#, #""boolean""#, list, #""bytes""#],
            [
                .long(1_000_000), .string("name-1"), .union(branch: 1, .string("a note")), .int(300), .double(0.5),
                .boolean(true),
                .array([.string("red"), .string("größe")]), .bytes(Bytes([0xFF, 0x80, 0])),
            ]
        ),
        (texts.map { _ in text }, texts.map { .string($0) }),
        (texts.flatMap { _ in [long, text] }, texts.flatMap { [.long(.max), .string($0)] }),
        ([text, text, long], [.string("é"), .string(""), .long(.min)]),
        (
            [note, note, #"["int", \#(list)]"#, #"["int", \#(list)]"#],
            [
                .union(branch: 0, .null), .union(branch: 1, .string("日本語")), .union(branch: 1, .array([])),
                .union(branch: 0, .int(-1)),
            ]
        ),
        (
            [#"{"type": "map", "values": \#(note)}"#, #""null""#, #""float""#, list],
            [
                .map([AvroMember("ключ", .union(branch: 1, .string("b"))), AvroMember("c", .union(branch: 0, .null))]),
                .null, .float(1),
                .array([]),
            ]
        ),
        (
            [
                #"{"type": "record", "name": "I", "fields": [{"name": "a", "type": \#(text)}, {"name": "b", "type": \#(long)}]}"#,
                long,
            ],
            [.record([AvroMember("a", .string("nine99999")), AvroMember("b", .long(-5))]), .long(3)]
        ),
    ]
    private static let long = #""long""#
    private static let text = #""string""#
    private static let note = #"["null", "string"]"#
    private static let list = #"{"type": "array", "items": "string"}"#

    /// What is wrong with values in a row, each of which is looked at alone.
    private static func failure(inRow schemas: [AvroSchema], _ data: [UInt8]) -> Failure? {
        var place = 0
        for schema in schemas {
            guard let failure = failure(schema, Array(data[place...])) else {
                place = data.count
                continue
            }
            guard failure.message.hasPrefix("more bytes"), let bytes = failure.offset else {
                return failure.shifted(by: Int64(place))
            }
            place += Int(bytes)
        }
        if place == data.count { return nil }
        return Failure(code: .malformed, offset: Int64(place), message: "more bytes follow behind the datum")
    }

    @Test(
        "Wherever a record is cut, and whichever bit is wrong, it is refused as its values are alone",
        arguments: rows.indices)
    func damagedRow(_ row: Int) throws {
        let (types, values) = Self.rows[row]
        let schemas = try types.map { try AvroSchema(parsing: $0) }
        let list = types.enumerated().map { place, type in #"{"name": "f\#(place)", "type": \#(type)}"# }
        let record = try AvroSchema(
            parsing: #"{"type": "record", "name": "R", "fields": [\#(list.joined(separator: ","))]}"#)
        let members = values.enumerated().map { place, value in AvroMember("f\(place)", value) }
        let data = Array(try AvroBinary(encoding: .record(members), schema: record).data)
        #expect(Self.failure(record, data) == nil)
        var refused = 0
        for damaged in Damage.all(of: data) {
            let expected = Self.failure(inRow: schemas, damaged)
            #expect(Self.failure(record, damaged) == expected, "\(damaged)")
            refused += expected == nil ? 0 : 1
        }
        #expect(refused >= data.count)
    }

    @Test("Lists and unions count as levels, also where they hold nothing")
    func levels() throws {
        let list = #"{"type": "array", "items": "int"}"#
        for (type, data, depth) in [
            (list, [0], 2), (#"["null", \#(list)]"#, [2, 0], 3), (#"["null", "int"]"#, [0], 2), (#""int""#, [0], 1),
        ] as [(String, [UInt8], Int)] {
            let binary = AvroBinary(schema: try Self.record(type), data: Bytes(data))
            try binary.validate(limits: AvroLimits(depth: depth))
            let error = #expect(throws: CoderError.self) { try binary.validate(limits: AvroLimits(depth: depth - 1)) }
            #expect(error?.code == .limitExceeded, "\(type)")
        }
    }
}
