import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectJSON

@Suite("JSON documents")
struct DocumentTests {
    @Test("A document gives its values as they are written, and what they say")
    func values() throws {
        let document = try JSONDocument(
            parsing:
                #" {"id": 12345678901234567890, "a.b": [true, null, {"x": "q\n\u00e9\ud83d\ude00"}], "e": {}, "n": -1.50} "#
        )
        #expect(document.root.kind == .object)
        #expect(document.root.count == 4)
        #expect(document["id"]?.text == "12345678901234567890")
        #expect(document["id"]?.integer(UInt64.self) == 12_345_678_901_234_567_890)
        #expect(document["id"]?.integer() == nil)
        #expect(document["n"]?.text == "-1.50")
        #expect(document["n"]?.double == -1.5)
        #expect(document["n"]?.string == nil)
        #expect(document["a.b"]?[0]?.bool == true)
        #expect(document["a.b"]?[1]?.isNull == true)
        #expect(document["a.b"]?[3] == nil)
        #expect(document["a.b"]?[-1] == nil)
        #expect(document[try JSONPath(#"["a.b"][2].x"#)]?.string == "q\né😀")
        #expect(document["e"]?.kind == .object)
        #expect(document["e"]?.count == 0)
        #expect(document["missing"] == nil)
        #expect(document[0] == nil)
        #expect(document.root.members.map(\.name) == ["id", "a.b", "e", "n"])
        #expect(document["a.b"]?.elements.map(\.kind) == [.boolean, .null, .object])
        #expect(
            document.compacted
                == #"{"id":12345678901234567890,"a.b":[true,null,{"x":"q\n\u00e9\ud83d\ude00"}],"e":{},"n":-1.50}"#)
        #expect("\(document.root)".hasPrefix("{\"id\": 12345678901234567890"))
        #expect(document.root.elements.map(\.kind) == [])
        #expect(try JSONDocument(parsing: "[1]").root.members.map(\.name) == [])
    }

    @Test("Of members with the same name the last counts, also where it is written with escapes")
    func duplicates() throws {
        let document = try JSONDocument(parsing: #"{"a":1,"\u0061":2,"b":{"a":3}}"#)
        #expect(document["a"]?.integer() == 2)
        #expect(document.root.members.map(\.name) == ["a", "a", "b"])
    }

    @Test(
        "Numbers are compared exactly, and are whole only where they are",
        arguments: [
            ("1", "1.0", 0), ("10e-1", "1", 0), ("-0", "0.0e5", 0), ("9007199254740993", "9007199254740992", 1),
            ("-2", "1", -1), ("-2", "-3", 1), ("0.1", "0.10", 0), ("1e400", "1e399", 1), ("1e-400", "0", 1),
            ("123456789012345678901234567890", "123456789012345678901234567891", -1), ("12e1", "120", 0),
            ("0.00012", "1.2E-4", 0), ("1e99999999999999999999", "2", 1), ("-1e99999999999999999999", "2", -1),
        ])
    func comparisons(_ left: String, _ right: String, _ expected: Int) throws {
        let one = try #require(JSONNumber(left))
        let other = try #require(JSONNumber(right))
        #expect((one < other) == (expected < 0))
        #expect((one == other) == (expected == 0))
        #expect((one > other) == (expected > 0))
        if expected == 0 { #expect(one.hashValue == other.hashValue) }
        #expect(one.description == left)
    }

    @Test("Whole numbers come out exactly or not at all")
    func integers() throws {
        func integer<Integer: FixedWidthInteger>(_ text: String, _ type: Integer.Type) -> Integer? {
            JSONNumber(text)?.integer(type)
        }
        #expect(integer("127", Int8.self) == 127)
        #expect(integer("128", Int8.self) == nil)
        #expect(integer("-128", Int8.self) == -128)
        #expect(integer("-129", Int8.self) == nil)
        #expect(integer("-1", UInt.self) == nil)
        #expect(integer("-0", UInt.self) == 0)
        #expect(integer("1.0", Int.self) == 1)
        #expect(integer("1.5", Int.self) == nil)
        #expect(integer("15e-1", Int.self) == nil)
        #expect(integer("0.12e3", Int.self) == 120)
        #expect(integer("-12e2", Int16.self) == -1200)
        #expect(integer("1e3", Int8.self) == nil)
        #expect(integer("9223372036854775807", Int64.self) == .max)
        #expect(integer("9223372036854775808", Int64.self) == nil)
        #expect(integer("-9223372036854775808.0", Int64.self) == .min)
        #expect(integer("0e99999999999999999999", Int.self) == 0)
        #expect(integer("1e99999999999999999999", Int.self) == nil)
        #expect(integer("1e-99999999999999999999", Int.self) == nil)
        #expect(JSONNumber("1e400")?.double == nil)
        #expect(JSONNumber("1e-400")?.double == 0)
        #expect(JSONNumber("0x1") == nil)
        #expect(JSONNumber(" 1") == nil)
        #expect(JSONNumber("\"1\"") == nil)
    }

    @Test("Naughty strings go through unchanged, as values and as names", arguments: naughtyStrings)
    func naughty(_ text: String) throws {
        let quoted = String(decoding: JSONString.quoted(text), as: UTF8.self)
        let document = try JSONDocument(parsing: Bytes("{\(quoted):[\(quoted)]}"))
        #expect(document[text]?[0]?.string == text)
        #expect(document.root.members.map(\.name) == [text])
        #expect(try JSONDocument(encoding: [text: [text]]).decode([String: [String]].self) == [text: [text]])
        #expect(!JSONString.quoted(text).contains { $0 < 0x20 })
    }

    /// Texts that programs are known to stumble over, after the lists of naughty strings that testers share.
    static let naughtyStrings: [String] =
        ContractSamples.texts + [
            "undefined", "null", "NaN", "true", "1E+02", "-1/0", "0x0", "1,000.00", "𝟙𝟚𝟛", "Ω≈ç√∫˜µ≤≥÷", "¡™£¢∞§¶•ªº–≠",
            "\u{0}", (0..<0x20).compactMap { Unicode.Scalar($0) }.map { String($0) }.joined(), "\u{7F}\u{80}\u{9F}",
            "\u{2028}\u{2029}", "\u{200B}\u{FEFF}\u{202E}test\u{202C}", "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮", "ﷺ", "👾 🙇 💁🏽 👨‍👩‍👧 🏳️‍🌈", "\u{FFFE}\u{FFFF}",
            "<script>alert(0)</script>", "'; DROP TABLE users;--", "$(touch /tmp/x)", "%n%s%x", "{% %} {{ }} ${x}",
            "\\u0000", "\\", "\\\\\"", "\"", "\r\n", "/\\/", "a\u{301}\u{302}", "\u{1F468}\u{200D}", "]]>", "__proto__",
        ]

    @Test("Random documents come out as they went in, value by value")
    func randomDocuments() throws {
        for seed in seeds(300) {
            var random = SplitMix(seed: seed)
            let tree = RandomJSON(&random)
            let spaced = tree.text(&random)
            let document = try JSONDocument(parsing: Bytes(spaced))
            #expect(written(document.root) == tree.canonical, "seed \(seed)")
            let compact = document.compacted
            #expect(try JSONDocument(parsing: compact).compacted == compact, "seed \(seed)")
            #expect(compact.count <= spaced.utf8.count, "seed \(seed)")
        }
    }

    @Test("The parser and the slow reader for messages agree on random damage")
    func randomDamage() throws {
        for seed in seeds(400) {
            var random = SplitMix(seed: seed)
            var bytes = Array(RandomJSON(&random).text(&random).utf8)
            for _ in 0...random.below(3) where !bytes.isEmpty {
                let place = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(Array("{}[],:\"\\ 0eE+-.tfnu\u{1}é".utf8)[random.below(22)], at: place)
                case 2: bytes[place] ^= UInt8(1 << random.below(8))
                default: bytes.removeLast(bytes.count - place)
                }
            }
            let accepted = (try? JSONDocument(parsing: Bytes(bytes))) != nil
            let found = bytes.withUnsafeBytes { text in
                var finder = JSONFaultFinder(text, depth: 1024)
                return (try? finder.check()) != nil
            }
            #expect(accepted == found, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test(
        "A document of 20 MB and one 300,000 deep take bounded time, and are walked over without a call for each level")
    func large() throws {
        let deep = Bytes(String(repeating: "[", count: 300_000) + String(repeating: "]", count: 300_000))
        let limits = JSONLimits(depth: 300_000)
        #expect(try JSONDocument(parsing: deep, limits: limits).compacted == deep)
        #expect(throws: CoderError.self) { try JSONDocument(parsing: deep) }
        #expect(throws: CoderError.self) { try JSONDocument(parsing: deep[0..<599_999], limits: limits) }
        let text = Bytes("[\"" + String(repeating: "x", count: 20_000_000) + "\",1]")
        let document = try JSONDocument(parsing: text)
        #expect(document[0]?.bytes.count == 20_000_002)
        #expect(document[1]?.integer() == 1)
        let escaped = Bytes("\"" + String(repeating: "\\n", count: 5_000_000) + "\"")
        #expect(try JSONDocument(parsing: escaped).root.string?.utf8.count == 5_000_000)
    }
}
