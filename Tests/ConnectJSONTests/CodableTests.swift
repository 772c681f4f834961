import Connect
import Testing

@testable import ConnectJSON

private struct Everything: Codable, Hashable {
    enum Color: String, Codable { case red, green }
    enum Shape: Codable, Hashable {
        case circle(radius: Double)
        case point
    }
    struct Inner: Codable, Hashable { var name: String? }

    var bool = true
    var integers: [Int64] = [.min, 0, .max]
    var unsigned = UInt64.max
    var wide = Int128.min
    var small = Int8(-7)
    var double = 0.1
    var float = Float(1.5)
    var text = "ä\"\u{0}"
    var absent: String?
    var inner = Inner(name: "x")
    var nested: [[Inner]] = [[Inner(name: nil)], []]
    var color = Color.green
    var shapes: [Shape] = [.circle(radius: -0.0), .point]
    var table: [String: [Int?]] = ["b": [1, nil], "a": []]
    var numbers: [Int: String] = [3: "c"]
}

private class Base: Codable {
    var base = 1
}

private final class Derived: Base {
    var own = 2

    override init() { super.init() }

    private enum Keys: CodingKey { case own }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        own = try container.decode(Int.self, forKey: .own)
        try super.init(from: container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(own, forKey: .own)
        try super.encode(to: container.superEncoder())
    }
}

@Suite("Values of Swift as JSON and back")
struct CodableTests {
    @Test("A value comes back as it was")
    func roundTrip() throws {
        var value = Everything()
        for _ in 0..<2 {
            let document = try JSONDocument(encoding: value)
            #expect(try document.decode(Everything.self) == value)
            value.absent = "now there"
        }
    }

    @Test("Values are written in their order, dictionaries by name, and numbers as short as can be")
    func text() throws {
        let inner = try JSONDocument(encoding: Everything.Inner(name: "x"))
        #expect(inner.bytes == #"{"name":"x"}"#)
        #expect(try JSONDocument(encoding: ["b": 1, "a": 2, "c": 3]).bytes == #"{"a":2,"b":1,"c":3}"#)
        #expect(
            try JSONDocument(encoding: [0.1, 1e300, -0.0, .leastNonzeroMagnitude]).bytes == "[0.1,1e+300,-0.0,5e-324]")
        #expect(try JSONDocument(encoding: [Int?.none, 1]).bytes == "[null,1]")
        #expect(try JSONDocument(encoding: "x").bytes == "\"x\"")
        #expect(try JSONDocument(encoding: [String: Int]()).bytes == "{}")
        #expect(try JSONDocument(encoding: [Int]()).bytes == "[]")
    }

    @Test("What a base class writes stands below super")
    func inheritance() throws {
        let derived = Derived()
        derived.own = 5
        derived.base = 6
        let document = try JSONDocument(encoding: derived)
        #expect(document.bytes == #"{"own":5,"super":{"base":6}}"#)
        let back = try document.decode(Derived.self)
        #expect(back.own == 5 && back.base == 6)
    }

    @Test("Objects with many members are read by name, the last of several counts")
    func manyMembers() throws {
        let names = (0..<1000).map { "\"n\($0)\":\($0)" }
        let document = try JSONDocument(parsing: Bytes("{" + (names + ["\"n5\":-5"]).joined(separator: ",") + "}"))
        let table = try document.decode([String: Int].self)
        #expect(table.count == 1000)
        #expect(table["n5"] == -5)
        #expect(table["n999"] == 999)
    }

    @Test("Numbers are never rounded to whole ones, nor cut to a type")
    func exactNumbers() throws {
        func decodes<Value: Decodable>(_ text: Bytes, _ type: Value.Type) throws -> Value? {
            let document = try JSONDocument(parsing: text)
            return try? document.decode(type)
        }
        #expect(try decodes("[1.0]", [Int].self) == [1])
        #expect(try decodes("[1.5]", [Int].self) == nil)
        #expect(try decodes("[256]", [UInt8].self) == nil)
        #expect(try decodes("[9007199254740993]", [Int].self) == [9_007_199_254_740_993])
        #expect(try decodes("[1e400]", [Double].self) == nil)
        #expect(try decodes("[\"1\"]", [Int].self) == nil)
        #expect(try decodes("[1]", [Bool].self) == nil)
        #expect(try decodes("[null]", [Int].self) == nil)
        #expect(try decodes("[null]", [Int?].self) == [nil])
    }

    @Test("Errors say where, and what was expected")
    func errors() throws {
        var decoder = try JSONCodableDecoder(Everything.Inner.self).makeInstance()
        let kind = #expect(throws: CoderError.self) { try decoder.convert("[]") }
        #expect(kind?.message.contains("an object is expected, but an array was found") == true)
        var lists = try JSONCodableDecoder([[String: UInt8]].self).makeInstance()
        let deep = #expect(throws: CoderError.self) { try lists.convert(#"[{}, {"a":1,"b":300}]"#) }
        #expect(deep?.message.contains("[1].b: the number does not fit into UInt8") == true)
        var all = try JSONCodableDecoder(Everything.self).makeInstance()
        let missing = #expect(throws: CoderError.self) { try all.convert("{}") }
        #expect(missing?.message.contains("bool: there is no such member") == true)
    }
}
