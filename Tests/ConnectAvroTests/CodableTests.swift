import Connect
import ConnectJSON
import Testing

@testable import ConnectAvro

private enum Shade: String, Codable, CaseIterable {
    case light = "LIGHT"
    case dark = "DARK"
}

private struct Line: Codable, Equatable, Sendable {
    var sku: String
    var count: Int32
}

private struct Purchase: Codable, Equatable, Sendable {
    var id: Int
    var price: Double
    var weight: Float?
    var shade: Shade
    var lines: [Line]
    var first: Line?
    var notes: [String: String]
    var raw: [UInt8]
    var paid: Bool
    var day: AvroDate
    var at: AvroTimestamp?
    var key: AvroUUID
}

private final class Chain: Codable {
    var value: Int
    var next: Chain?
    var more: [Chain]

    init(_ value: Int, _ next: Chain? = nil, _ more: [Chain] = []) {
        self.value = value
        self.next = next
        self.more = more
    }
}

@Suite("Avro and values of Swift")
struct AvroCodableTests {
    private static let purchase = Purchase(
        id: 7, price: 2.5, weight: nil, shade: .dark, lines: [Line(sku: "a", count: 1), Line(sku: "b", count: -2)],
        first: Line(sku: "c", count: 3), notes: ["b": "2", "a": "1"], raw: [0, 255], paid: true,
        day: AvroDate(days: 20_779), at: AvroTimestamp(seconds: 1, nanoseconds: 2000), key: AvroUUID(77))

    @Test("A schema is derived from a type, and values go there and back")
    func derived() throws {
        let schema = try AvroSchema(derivedFrom: Purchase.self, namespace: "shop")
        #expect(
            schema.canonicalForm
                == #"{"name":"shop.Purchase","type":"record","fields":[{"name":"id","type":"long"},{"name":"price","type":"double"},"#
                + #"{"name":"weight","type":["null","float"]},{"name":"shade","type":{"name":"shop.Shade","type":"enum","symbols":["LIGHT","DARK"]}},"#
                + #"{"name":"lines","type":{"type":"array","items":{"name":"shop.Line","type":"record","fields":[{"name":"sku","type":"string"},{"name":"count","type":"int"}]}}},"#
                + #"{"name":"first","type":["null","shop.Line"]},{"name":"notes","type":{"type":"map","values":"string"}},{"name":"raw","type":"bytes"},"#
                + #"{"name":"paid","type":"boolean"},{"name":"day","type":"int"},{"name":"at","type":["null","long"]},{"name":"key","type":"string"}]}"#
        )
        #expect(schema.root[field: "weight"]?.defaultValue?.isNull == true)
        #expect(schema.root[field: "day"]?.type.logicalType == .date)
        let binary = try AvroBinary(encoding: Self.purchase, schema: schema)
        try binary.validate()
        #expect(try binary.decode(Purchase.self) == Self.purchase)
        #expect(try AvroBinary(encoding: Self.purchase, schema: schema) == binary)
        #expect(try binary.decode()["notes"] == .map([AvroMember("a", .string("1")), AvroMember("b", .string("2"))]))
    }

    @Test("Types that hold themselves are derived, by reference")
    func recursive() throws {
        let schema = try AvroSchema(derivedFrom: Chain.self)
        #expect(
            schema.canonicalForm
                == #"{"name":"Chain","type":"record","fields":[{"name":"value","type":"long"},{"name":"next","type":["null","Chain"]},"#
                + #"{"name":"more","type":{"type":"array","items":"Chain"}}]}"#)
        let chain = Chain(1, Chain(2), [Chain(3, nil, [Chain(4)])])
        let back = try AvroBinary(encoding: chain, schema: schema).decode(Chain.self)
        #expect(back.next?.value == 2)
        #expect(back.more[0].more[0].value == 4)
    }

    @Test("Arrays, dictionaries and single values are derived too")
    func others() throws {
        #expect(try AvroSchema(derivedFrom: [Int32].self).canonicalForm == #"{"type":"array","items":"int"}"#)
        #expect(
            try AvroSchema(derivedFrom: [String: [UInt8]].self).canonicalForm == #"{"type":"map","values":"bytes"}"#)
        #expect(try AvroSchema(derivedFrom: Int?.self).canonicalForm == #"["null","long"]"#)
        #expect(try AvroSchema(derivedFrom: String.self).canonicalForm == #""string""#)
        #expect(try AvroSchema(derivedFrom: AvroDuration.self).root.logicalType == .duration)
    }

    private struct Wide: Codable { var number: UInt64 }
    private struct Decimal: Codable { var price: AvroDecimal }
    private struct Named: Codable {
        var value: Int
        enum CodingKeys: String, CodingKey { case value = "a-b" }
    }
    private enum Choice: Codable { case one(Int), two }

    @Test("What no schema can say is refused")
    func refused() {
        let cases: [(any Decodable.Type, String)] = [
            (Wide.self, "number: UInt64"), (Decimal.self, "price: AvroDecimal"), (Named.self, "\"a-b\""),
            (Choice.self, "Choice"),
        ]
        for (type, part) in cases {
            let error = #expect(throws: CoderError.self) { try AvroSchema(derivedFrom: type) }
            #expect(error?.description.contains(part) == true, "\(error.map { "\($0)" } ?? "taken")")
        }
    }

    @Test("A given schema says which types values get")
    func given() throws {
        struct Row: Codable, Equatable {
            var id: Int
            var name: String?
            var kind: String
            var price: AvroDecimal
            var hash: [UInt8]
            var counts: [String: Int]
        }
        let schema = try AvroSchema(
            parsing: #"""
                {"type": "record", "name": "Row", "fields": [{"name": "id", "type": "int"}, {"name": "name", "type": ["string", "null"]},
                 {"name": "kind", "type": {"type": "enum", "name": "K", "symbols": ["A", "B"]}},
                 {"name": "price", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}]},
                 {"name": "hash", "type": {"type": "fixed", "name": "H", "size": 2}},
                 {"name": "counts", "type": {"type": "record", "name": "C", "fields": [{"name": "x", "type": ["null", "long"]}]}}]}
                """#)
        var row = Row(
            id: 1, name: nil, kind: "B", price: AvroDecimal(unscaled: 5, scale: 1), hash: [1, 2], counts: ["x": 4])
        let binary = try AvroBinary(encoding: row, schema: schema)
        #expect(try binary.decode()["name"] == .union(branch: 1, .null))
        #expect(try binary.decode()["kind"] == .enumeration("B"))
        row.price = AvroDecimal(unscaled: 50, scale: 2)
        #expect(try binary.decode(Row.self) == row)
        row.kind = "C"
        #expect(throws: CoderError.self) { try AvroBinary(encoding: row, schema: schema) }
        row.kind = "A"
        row.id = 1 << 40
        let error = #expect(throws: CoderError.self) { try AvroBinary(encoding: row, schema: schema) }
        #expect(error?.message.contains("id: a whole number is no int") == true)
    }

    @Test("The coders encode and decode, and say where a datum is another")
    func coders() throws {
        let schema = try AvroSchema(derivedFrom: Line.self)
        var encoder = AvroCodableEncoder(Line.self, schema: schema).makeInstance()
        var decoder = AvroCodableDecoder(Line.self).makeInstance()
        let binary = try encoder.convert(Line(sku: "x", count: 1))
        #expect(try decoder.convert(binary) == Line(sku: "x", count: 1))
        let other = try AvroSchema(
            parsing:
                #"{"type": "record", "name": "L", "fields": [{"name": "sku", "type": "string"}, {"name": "count", "type": "long"}]}"#
        )
        let wide = try AvroBinary(
            encoding: .record([AvroMember("sku", .string("x")), AvroMember("count", .long(1 << 40))]), schema: other)
        let error = #expect(throws: CoderError.self) { try decoder.convert(wide) }
        #expect(error?.message.contains("count: the number does not fit into Int32") == true)
    }
}
