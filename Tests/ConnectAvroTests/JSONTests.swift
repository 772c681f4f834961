import Connect
import ConnectJSON
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectAvro

@Suite("Avro and JSON")
struct AvroJSONTests {
    private static let schema = #"""
        {"type": "record", "name": "a.R", "fields": [
          {"name": "s", "type": "string"}, {"name": "b", "type": "bytes"},
          {"name": "u", "type": ["null", "int", {"type": "enum", "name": "E", "symbols": ["X", "Y"]}, "string"], "default": null},
          {"name": "d", "type": "double", "default": 1}, {"name": "f", "type": "float", "default": "NaN"},
          {"name": "m", "type": {"type": "map", "values": "long"}, "default": {}},
          {"name": "x", "type": {"type": "fixed", "name": "F", "size": 2}, "default": "\u0000\u00ff"}]}
        """#

    private static let value = AvroValue.record([
        AvroMember("s", .string("a\"\\\n\u{1}é\0")), AvroMember("b", .bytes(Bytes([0, 0x7F, 0x80, 0xFF, 0x22]))),
        AvroMember("u", .union(branch: 2, .enumeration("Y"))), AvroMember("d", .double(-0.0)),
        AvroMember("f", .float(0.1)), AvroMember("m", .map([AvroMember("k", .long(.min)), AvroMember("", .long(7))])),
        AvroMember("x", .fixed(Bytes([1, 2]))),
    ])

    @Test("Both forms are written as they should be, and read again")
    func forms() throws {
        let schema = try AvroSchema(parsing: Self.schema)
        let binary = try AvroBinary(encoding: Self.value, schema: schema)
        let head = #"{"s":"a\"\\\n\u0001é\u0000","b":"\u0000"# + "\u{7F}\u{80}ÿ" + #"\"","u":"#
        let tail = #","d":-0.0,"f":0.1,"m":{"k":-9223372036854775808,"":7},"x":"\u0001\u0002"}"#
        let tagged = try binary.json()
        #expect(tagged.description == head + #"{"a.E":"Y"}"# + tail)
        #expect(try AvroBinary(json: tagged, schema: schema) == binary)
        let plain = try binary.json(.plain)
        #expect(plain.description == head + #""Y""# + tail)
        #expect(try AvroBinary(json: plain, .plain, schema: schema) == binary)
    }

    @Test("In the plain form fields that are missing get their defaults, in the other they must be there")
    func missing() throws {
        let schema = try AvroSchema(parsing: Self.schema)
        let text = Bytes(#"{"b": "", "s": "t", "u": "Z", "m": {}}"#)
        let value = try AvroBinary(json: text, .plain, schema: schema).decode()
        #expect(value["u"] == .union(branch: 3, .string("Z")))
        #expect(value["d"] == .double(1))
        #expect(value["x"] == .fixed(Bytes([0, 0xFF])))
        if case .float(let number) = value["f"] { #expect(number.isNaN) } else { Issue.record("no float") }
        #expect(throws: CoderError.self) { try AvroBinary(json: text, schema: schema) }
    }

    @Test(
        "What JSON has no numbers for is written in quotes",
        arguments: [
            (Double.nan, #""NaN""#), (.infinity, #""Infinity""#), (-.infinity, #""-Infinity""#), (1e300, "1e+300"),
            (0, "0.0"), (-3, "-3.0"), (9e15, "9000000000000000.0"), (0.1, "0.1"), (.leastNonzeroMagnitude, "5e-324"),
        ])
    func doubles(_ number: Double, _ text: String) throws {
        let schema = try AvroSchema(parsing: "\"double\"")
        let binary = try AvroBinary(encoding: .double(number), schema: schema)
        #expect(try binary.json().description == text)
        #expect(try AvroBinary(json: Bytes(text), schema: schema).data == binary.data)
    }

    @Test(
        "What does not fit is refused with the way to it",
        arguments: [
            (#"{"s": 1}"#, "s: there is number"), (#"{"s": "", "b": "ĉ"}"#, "b: there is string"),
            (#"{"s": "", "b": "", "more": 1}"#, "no field \"more\""), (#"{"b": ""}"#, "the field \"s\" is missing"),
            (#"{"s": "", "b": "", "u": true}"#, "u: there is boolean"),
            (#"{"s": "", "b": "", "m": {"k": 1.5}}"#, "m.k:"),
            (#"{"s": "", "b": "", "d": 1e999}"#, "d: "), (#"{"s": "", "b": "", "x": "abc"}"#, "x: there are 3 bytes"),
            (#"{"s": "", "b": "", "m": {"k": 9223372036854775808}}"#, "m.k:"), (#"{"s": "#, "missing"),
        ])
    func mismatches(_ text: String, _ part: String) throws {
        let schema = try AvroSchema(parsing: Self.schema)
        let error = #expect(throws: CoderError.self) { try AvroBinary(json: Bytes(text), .plain, schema: schema) }
        #expect(error?.description.contains(part) == true, "\(error.map { "\($0)" } ?? "taken")")
    }

    @Test("Random data are read again from what was written, in the form that names branches")
    func roundTrips() throws {
        for seed in seeds(1000) {
            var random = RandomAvro(seed)
            let schema = try AvroSchema(parsing: random.schema())
            let binary = try AvroBinary(encoding: random.value(schema.root), schema: schema)
            let text = try binary.json()
            let again = try AvroBinary(json: text, schema: schema)
            #expect(again == binary, "seed \(seed): \(text)")
            // The plain form may name another branch, but says the same.
            let plain = try binary.json(.plain)
            #expect(try JSONDocument(parsing: plain).compacted == plain, "seed \(seed)")
        }
    }

    // A float is written with as few digits as tell it from other floats, which as a double are another number.
    // fastavro does not read maps in maps from JSON, not even from its own.
    private static let program = """
        import sys, io, json, fastavro
        def same(a, b):
            if isinstance(a, bytes): return a == b or a.decode("latin-1") == b
            if isinstance(a, float) or isinstance(b, float): return a == b or abs(a - b) <= abs(a) * 1e-6
            if isinstance(a, dict): return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
            if isinstance(a, list): return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
            return a == b and type(a) == type(b)
        for line in open(sys.argv[1], encoding="utf-8"):
            schema, data, plain, tagged = line.rstrip("\\n").split("\\t")
            schema = fastavro.parse_schema(json.loads(schema))
            value = fastavro.schemaless_reader(io.BytesIO(bytes.fromhex(data)), schema)
            words = ["plain" if same(value, json.loads(bytes.fromhex(plain))) else "DIFFERS " + repr(value)]
            try:
                from_json = list(fastavro.json_reader(io.StringIO(bytes.fromhex(tagged).decode()), schema))[0]
                words.append("tagged" if same(value, from_json) else "DIFFERS " + repr((value, from_json)))
            except ValueError:
                words.append("unread")
            print(" ".join(words))
        """

    @Test("Python reads from both forms what it reads from the data")
    func judged() async throws {
        var lines: [[String]] = []
        for seed in seeds(500) {
            var random = RandomAvro(seed)
            let text = random.schema()
            let schema = try AvroSchema(parsing: text)
            let binary = try AvroBinary(encoding: random.value(schema.root), schema: schema)
            lines.append(
                try [text, hexadecimal(binary.data), hexadecimal(binary.json(.plain)), hexadecimal(binary.json())])
        }
        let answers = try await PythonJudge().answers(Self.program, lines)
        try #require(answers.count == lines.count)
        for (seed, answer) in answers.enumerated() where answer != "plain unread" {
            #expect(answer == "plain tagged", "seed \(seed): \(lines[seed])")
        }
        #expect(answers.count { $0 == "plain unread" } < max(2, answers.count / 5))
    }

    @Test("Long names cannot make long texts of short data without limit")
    func amplification() throws {
        let name = String(repeating: "n", count: 10_000)
        let schema = try AvroSchema(
            parsing:
                #"{"type": "array", "items": {"type": "record", "name": "R", "fields": [{"name": "\#(name)", "type": "null"}]}}"#
        )
        let binary = AvroBinary(schema: schema, data: Bytes([0x80, 0x89, 0x7A, 0x00]))
        let error = #expect(throws: CoderError.self) { try binary.json(limits: AvroLimits(bytes: 1 << 20)) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("The coders turn data into JSON and back")
    func coders() throws {
        let schema = try AvroSchema(parsing: Self.schema)
        let binary = try AvroBinary(encoding: Self.value, schema: schema)
        var encoder = AvroJSONEncoder().makeInstance()
        var decoder = try AvroJSONDecoder(schema: schema).makeInstance()
        #expect(try decoder.convert(encoder.convert(binary)) == binary)
    }

    @Test("Single-object encoding begins with two bytes and the fingerprint, and finds the schema by it")
    func singleObjects() throws {
        let int = try AvroSchema(parsing: "\"int\"")
        let long = try AvroSchema(parsing: "\"long\"")
        let binary = try AvroBinary(encoding: .long(3), schema: long)
        // The fingerprint of "long" is -3434872931120570953.
        #expect(hexadecimal(binary.singleObject) == "c301b71df49344e154d006")
        var decoder = AvroSingleObjectDecoder(schemas: [int, long]).makeInstance()
        #expect(try decoder.convert(binary.singleObject) == binary)
        var other = AvroSingleObjectDecoder(schemas: [int]).makeInstance()
        #expect(throws: CoderError.self) { try other.convert(binary.singleObject) }
        #expect(throws: CoderError.self) { try other.convert(Bytes([0xC3, 0x01, 0])) }
        #expect(throws: CoderError.self) { try other.convert(Bytes(Array(repeating: 0, count: 12))) }
    }
}
