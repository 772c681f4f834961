import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectAvro

@Suite("Logical types of Avro")
struct LogicalTests {
    private static let decimal = #"{"type": "bytes", "logicalType": "decimal", "precision": 20, "scale": 2}"#
    private static let fixedDecimal =
        #"{"type": "fixed", "name": "D", "size": 4, "logicalType": "decimal", "precision": 9, "scale": 3}"#

    @Test(
        "Values mean what the specification says, and are made from what they mean",
        arguments: [
            (decimal, .bytes(Bytes([0x04, 0xD2])), "12.34"), (decimal, .bytes(Bytes([0xFF])), "-0.01"),
            (decimal, .bytes(Bytes([0x00, 0x80])), "1.28"),
            (fixedDecimal, .fixed(Bytes([0xFF, 0xFF, 0xFC, 0x18])), "-1.000"),
            (#"{"type": "int", "logicalType": "date"}"#, .int(20_779), "2026-11-22"),
            (#"{"type": "int", "logicalType": "date"}"#, .int(-719_529), "-0001-12-31"),
            (#"{"type": "int", "logicalType": "time-millis"}"#, .int(47_100_250), "13:05:00.25"),
            (#"{"type": "long", "logicalType": "time-micros"}"#, .long(1), "00:00:00.000001"),
            (#"{"type": "long", "logicalType": "timestamp-millis"}"#, .long(-1), "1969-12-31T23:59:59.999Z"),
            (
                #"{"type": "long", "logicalType": "timestamp-micros"}"#, .long(1_700_000_000_000_001),
                "2023-11-14T22:13:20.000001Z"
            ),
            (#"{"type": "long", "logicalType": "timestamp-nanos"}"#, .long(.max), "2262-04-11T23:47:16.854775807Z"),
            (#"{"type": "long", "logicalType": "timestamp-nanos"}"#, .long(.min), "1677-09-21T00:12:43.145224192Z"),
            (#"{"type": "long", "logicalType": "local-timestamp-millis"}"#, .long(0), "1970-01-01T00:00:00"),
            (#"{"type": "long", "logicalType": "timestamp-millis"}"#, .long(.min), "-292275055-05-16T16:47:04.192Z"),
            (
                #"{"type": "string", "logicalType": "uuid"}"#, .string("123e4567-e89b-12d3-a456-426614174000"),
                "123e4567-e89b-12d3-a456-426614174000"
            ),
            (
                #"{"type": "fixed", "name": "U", "size": 16, "logicalType": "uuid"}"#,
                .fixed(Bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255])),
                "00010203-0405-0607-0809-0a0b0c0d0eff"
            ),
            (
                #"{"type": "fixed", "name": "T", "size": 12, "logicalType": "duration"}"#,
                .fixed(Bytes([1, 0, 0, 0, 0, 1, 0, 0, 0xFA, 0, 0, 0])), "P1M256DT0.250S"
            ),
        ] as [(String, AvroValue, String)])
    func meanings(_ schema: String, _ value: AvroValue, _ text: String) throws {
        let type = try AvroSchema(parsing: schema).root
        let meaning = try #require(AvroLogicalValue(value, of: type))
        let written =
            switch meaning {
            case .decimal(let value): "\(value)"
            case .uuid(let value): "\(value)"
            case .date(let value): "\(value)"
            case .time(let value): "\(value)"
            case .timestamp(let value): "\(value)"
            case .duration(let value): "\(value)"
            }
        #expect(written == text)
        #expect(try meaning.value(of: type) == value)
        let union = try AvroSchema(parsing: #"["null", \#(schema)]"#).root
        #expect(try meaning.value(of: union) == .union(branch: 1, value))
        #expect(AvroLogicalValue(.union(branch: 1, value), of: union) == meaning)
    }

    @Test("What a type cannot say exactly is refused")
    func refused() throws {
        func type(_ text: String) throws -> AvroType { try AvroSchema(parsing: text).root }
        let decimal = try type(Self.decimal)
        let short = try type(Self.fixedDecimal)
        #expect(throws: CoderError.self) {
            try AvroLogicalValue.decimal(AvroDecimal(unscaled: 12345, scale: 3)).value(of: decimal)
        }
        #expect(
            try AvroLogicalValue.decimal(AvroDecimal(unscaled: 12340, scale: 3)).value(of: decimal)
                == .bytes(Bytes([4, 0xD2])))
        #expect(throws: CoderError.self) {
            try AvroLogicalValue.decimal(AvroDecimal(unscaled: 10_000_000, scale: 0)).value(of: short)
        }
        let millis = try type(#"{"type": "long", "logicalType": "timestamp-millis"}"#)
        #expect(throws: CoderError.self) {
            try AvroLogicalValue.timestamp(AvroTimestamp(seconds: 1, nanoseconds: 1)).value(of: millis)
        }
        #expect(throws: CoderError.self) {
            try AvroLogicalValue.timestamp(AvroTimestamp(seconds: .max)).value(of: millis)
        }
        #expect(throws: CoderError.self) {
            try AvroLogicalValue.timestamp(AvroTimestamp(seconds: 1, isLocal: true)).value(of: millis)
        }
        #expect(throws: CoderError.self) { try AvroLogicalValue.date(AvroDate(days: 1)).value(of: millis) }
        #expect(AvroLogicalValue(.bytes(Bytes()), of: decimal) == nil)
        #expect(AvroLogicalValue(.bytes(Bytes([1] + Array(repeating: 0, count: 16))), of: decimal) == nil)
        #expect(
            AvroLogicalValue(.bytes(Bytes(Array(repeating: 0xFF, count: 40))), of: decimal)
                == .decimal(AvroDecimal(unscaled: -1, scale: 2)))
    }

    @Test("Decimal numbers are read from text, and written")
    func decimals() {
        for text in ["0", "-0.01", "12.50", "170141183460469231731687303715884105727", "0.00"] {
            #expect(AvroDecimal(text).map { "\($0)" } == text)
        }
        for text in [
            "", "-", ".5", "5.", "1e3", "+1", "--1", "1.2.3", "170141183460469231731687303715884105728", "1.-2",
        ] {
            #expect(AvroDecimal(text) == nil, "\(text)")
        }
    }

    @Test("Days are those of the Gregorian calendar")
    func days() throws {
        for seed in seeds(2000) {
            var random = SplitMix(seed: seed)
            let date = AvroDate(
                days: Int32(truncatingIfNeeded: Int64(bitPattern: random.next()) >> Int64(32 + random.below(20))))
            let (year, month, day) = date.parts
            #expect(AvroDate(year: year, month: month, day: day) == date)
        }
        #expect(AvroDate(year: 2000, month: 2, day: 29)?.days == 11_016)
        #expect(AvroDate(year: 1900, month: 2, day: 29) == nil)
        #expect(AvroDate(year: 2026, month: 4, day: 31) == nil)
        #expect(AvroDate(year: 2026, month: 13, day: 1) == nil)
    }

    @Test(
        "Identifiers are read from text",
        arguments: ["123e4567-e89b-12d3-a456-42661417400", "", "+23e4567-e89b-12d3-a456-426614174000"])
    func identifiers(_ text: String) {
        #expect(AvroUUID(text) == nil)
        #expect(AvroUUID("123E4567-E89B-12D3-A456-426614174000") == AvroUUID("123e4567-e89b-12d3-a456-426614174000"))
    }
}
