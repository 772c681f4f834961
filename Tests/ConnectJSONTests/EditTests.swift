import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectJSON

/// A row of the table of edits.
struct EditCase: Sendable, CustomTestStringConvertible {
    let edits: [JSONEdit]
    let input: String
    /// What comes out; nil where it is an error.
    let output: String?
    let testDescription: String

    init(_ edits: JSONEdit..., over input: String, gives output: String?, line: UInt = #line) {
        self.edits = edits
        self.input = input
        self.output = output
        testDescription = "line \(line): \(input)"
    }
}

@Suite("Changing JSON")
struct EditTests {
    static let cases: [EditCase] = [
        EditCase(over: #" {"a" : 1} "#, gives: #" {"a" : 1} "#),
        EditCase(over: "{\n \"a\" : [1,\r\n 2]}\n", gives: #"{"a":[1,2]}"#),
        // get
        EditCase(.get("a.b[1]"), over: #"{"a":{"b":[1,{"c": 2.50}]}}"#, gives: #"{"c": 2.50}"#),
        EditCase(.get("."), over: "[1]", gives: "[1]"),
        EditCase(.get("x"), over: "{}", gives: nil),
        EditCase(.get("x", orNull: true), over: "{}", gives: "null"),
        EditCase(.get("a"), over: #"{"a":1,"a":2}"#, gives: "2"),
        EditCase(.get("[0]"), over: "{}", gives: nil),
        // set
        EditCase(.set("a", to: 2), over: #"{"a" : 1, "b":3}"#, gives: #"{"a" : 2, "b":3}"#),
        EditCase(.set("c", to: "x"), over: #"{"a":1 }"#, gives: #"{"a":1,"c":"x" }"#),
        EditCase(.set("c", json: "null"), over: "{ }", gives: #"{"c":null }"#),
        EditCase(.set("x.y.z", json: "[1, 2]"), over: #"{"a":1}"#, gives: #"{"a":1,"x":{"y":{"z":[1,2]}}}"#),
        EditCase(.set("x.y", to: 1), .set("x.z", to: 2), over: "{}", gives: #"{"x":{"y":1,"z":2}}"#),
        EditCase(.set("a[1]", to: 9), over: #"{"a":[1, 2]}"#, gives: #"{"a":[1, 9]}"#),
        EditCase(.set("a[2]", to: 9), over: #"{"a":[1,2]}"#, gives: #"{"a":[1,2,9]}"#),
        EditCase(.set("[0].x", to: true), over: "[]", gives: #"[{"x":true}]"#),
        EditCase(.set("a[3]", to: 9), over: #"{"a":[1,2]}"#, gives: nil),
        EditCase(.set("a[0]", to: 9), over: #"{"b":1}"#, gives: nil),
        EditCase(.set("a.b", to: 1), over: #"{"a":5}"#, gives: nil),
        EditCase(.set("a.b", to: 1), over: #"{"a":[]}"#, gives: nil),
        EditCase(.set("a", to: 1), over: "[1]", gives: nil),
        EditCase(.set(".", to: 1), over: #"{"a":5}"#, gives: "1"),
        EditCase(.set("a", to: 0), over: #"{"a":1,"b":2,"\u0061":3}"#, gives: #"{"a":0,"b":2,"\u0061":0}"#),
        EditCase(.set("a", to: 1), .set("a", to: 2), over: "{}", gives: #"{"a":2}"#),
        EditCase(.set("a", to: ["b": 1]), .set("a.b", to: 2), over: "{}", gives: #"{"a":{"b":2}}"#),
        // drop
        EditCase(.drop("a"), over: #"{"a":1}"#, gives: "{}"),
        EditCase(.drop("a"), over: #"{ "a":1, "b":2 }"#, gives: #"{ "b":2 }"#),
        EditCase(.drop("b"), over: #"{"a":1, "b":2 }"#, gives: #"{"a":1 }"#),
        EditCase(.drop("b"), over: #"{"a":1,"b":2,"c":3}"#, gives: #"{"a":1,"c":3}"#),
        EditCase(.drop("a", "c"), over: #"{"a":1,"b":2,"c":3}"#, gives: #"{"b":2}"#),
        EditCase(.drop("a", "b"), over: #"{"a":1,"b":2,"c":3}"#, gives: #"{"c":3}"#),
        EditCase(.drop("b", "c"), over: #"{"a":1,"b":2,"c":3}"#, gives: #"{"a":1}"#),
        EditCase(.drop("a", "b", "c"), over: #"{"a":1,"b":2,"c":3}"#, gives: "{}"),
        EditCase(.drop("a"), over: #"{"a":1,"b":2,"a":3}"#, gives: #"{"b":2}"#),
        EditCase(.drop("[0]", "[2]"), over: "[1,2,3]", gives: "[2]"),
        EditCase(.drop("a.b[0].c"), over: #"{"a":{"b":[{"c":1,"d":2}]}}"#, gives: #"{"a":{"b":[{"d":2}]}}"#),
        EditCase(.drop("x.y", "[4]"), over: #"{"x":1}"#, gives: #"{"x":1}"#),
        EditCase(.drop("a"), over: "5", gives: "5"),
        EditCase(.drop(#"["a.b"]"#), over: #"{"a.b":1,"a":{"b":2}}"#, gives: #"{"a":{"b":2}}"#),
        EditCase(.drop("a"), .drop("a.b"), over: #"{"a":{"b":1}}"#, gives: "{}"),
        // both in one walk
        EditCase(.drop("b"), .set("c", to: 3), over: #"{"a":1,"b":2}"#, gives: #"{"a":1,"c":3}"#),
        EditCase(.drop("a"), .set("c", to: 3), over: #"{"a":1}"#, gives: #"{"c":3}"#),
        EditCase(
            .drop("a"), .set("c", to: 3), .set("d", to: 4), over: #"{"x":1,"a":1}"#, gives: #"{"x":1,"c":3,"d":4}"#),
        EditCase(.drop("a"), .set("a", to: 1), over: #"{"a":5,"b":2}"#, gives: #"{"b":2,"a":1}"#),
        EditCase(.drop("[0]"), .set("[2]", to: 7), over: "[1,2]", gives: "[2,7]"),
        EditCase(.drop("[0]"), .set("[1]", to: 7), over: "[1]", gives: "[7]"),
        // rename
        EditCase(.rename("a", to: "b"), over: #"{"a" :1}"#, gives: #"{"b" :1}"#),
        EditCase(.rename("a", to: "b"), over: #"{"b":0,"a":1,"c":2}"#, gives: #"{"b":1,"c":2}"#),
        EditCase(.rename("a", to: "b"), over: #"{"a":1,"b":0}"#, gives: #"{"b":1}"#),
        EditCase(.rename("a", to: "b"), over: #"{"b":0}"#, gives: #"{"b":0}"#),
        EditCase(.rename("x.a", to: "\"q\""), over: #"{"x":{"a":1}}"#, gives: #"{"x":{"\"q\"":1}}"#),
        EditCase(.rename("a", to: "a"), over: #"{"a":1}"#, gives: #"{"a":1}"#),
        EditCase(.rename("a", to: "b"), .rename("b", to: "c"), over: #"{"a":1}"#, gives: #"{"c":1}"#),
        EditCase(.rename("a", to: "b"), .set("b", to: 2), over: #"{"a":1}"#, gives: #"{"b":2}"#),
        EditCase(.rename("a", to: "b"), .set("c", to: 2), over: #"{"a":1}"#, gives: #"{"b":1,"c":2}"#),
        // keep
        EditCase(.keep("a"), over: #"{"a" : 1,"b":2}"#, gives: #"{"a" : 1}"#),
        EditCase(.keep("a.b", "c"), over: #"{"a":{"b":1,"x":2},"d":0,"c":3}"#, gives: #"{"a":{"b":1},"c":3}"#),
        EditCase(.keep("a.b"), over: #"{"a":5,"b":1}"#, gives: "{}"),
        EditCase(.keep("a.b"), over: #"{"a":{}}"#, gives: #"{"a":{}}"#),
        EditCase(.keep("a", "a.b"), over: #"{"a":{"b":1,"c":2}}"#, gives: #"{"a":{"b":1,"c":2}}"#),
        EditCase(.keep("[1]", "[2].x"), over: #"[1,2,{"x":3,"y":4}]"#, gives: #"[2,{"x":3}]"#),
        EditCase(.keep("a"), over: "5", gives: nil),
        // flatten
        EditCase(
            .flatten(), over: #"{"a":{"b":{"c":1},"d":[{"e":2}]},"f":{}, "g":3}"#,
            gives: #"{"a.b.c":1,"a.d":[{"e":2}],"f":{},"g":3}"#),
        EditCase(
            .flatten(separator: "\"", arrays: true), over: #"{"a":[{"e":2},[]],"\n":{"x":1}}"#,
            gives: #"{"a\"0\"e":2,"a\"1":[],"\n\"x":1}"#),
        EditCase(.flatten(), over: "[{}]", gives: "[{}]"),
        EditCase(.flatten(), over: "{}", gives: "{}"),
        EditCase(.flatten(), .drop(#"["a.b"]"#), .get("."), over: #"{"a":{"b":1,"c":2}}"#, gives: #"{"a.c":2}"#),
    ]

    @Test("Edits do what they say, and nothing else", arguments: cases)
    func edits(_ row: EditCase) throws {
        let editor = try JSONEditor(row.edits, limits: JSONLimits(), coder: "JSON")
        var output = BytesBuilder()
        let input = Bytes(row.input)
        let written: Bytes?
        do {
            try input.withUnsafeBytes { try editor.edit($0, &output) }
            written = output.take()
        } catch let error as CoderError {
            #expect(error.code == .malformed)
            written = nil
        }
        #expect(written == row.output.map { Bytes($0) })
        if let written { _ = try JSONDocument(parsing: written) }
    }

    @Test("Edits that cannot be are refused before the run begins")
    func refused() throws {
        let edits: [JSONEdit] = [
            .get(""), .get("a."), .get(".a"), .get("a..b"), .get("a["), .get("a[x]"), .get("a[-1]"), .get("a[1]b"),
            .get("a[\"x]"), .drop("."), .keep("."), .rename("[0]", to: "a"), .rename(".", to: "a"),
            .set("a", json: "x"), .set("a", to: Double.nan), .get(String(repeating: "a.", count: 64) + "a"),
        ]
        for edit in edits {
            let error = #expect(throws: CoderError.self) { try JSONEditor([edit], limits: JSONLimits(), coder: "JSON") }
            #expect(error?.code == .configuration)
        }
        let limits = #expect(throws: CoderError.self) {
            try JSONEditor([], limits: JSONLimits(bytes: 0), coder: "JSON")
        }
        #expect(limits?.code == .configuration)
    }

    @Test("What is flattened stays within the limit, however long the names are")
    func flattenLimit() throws {
        let name = String(repeating: "n", count: 1000)
        let members = (0..<100).map { "\"\($0)\":0" }.joined(separator: ",")
        let text = Bytes("{\"\(name)\":{\"\(name)\":{\(members)}}}")
        let limits = JSONLimits(bytes: 10_000)
        let editor = try JSONEditor([.flatten()], limits: limits, coder: "JSON")
        var output = BytesBuilder()
        let error = #expect(throws: CoderError.self) { try text.withUnsafeBytes { try editor.edit($0, &output) } }
        #expect(error?.code == .limitExceeded)
    }

    @Test("Random edits of random documents give documents, and what is set is there")
    func random() throws {
        for seed in seeds(300) {
            var random = SplitMix(seed: seed)
            let bytes = Bytes(RandomJSON(&random).text(&random))
            let before = try JSONDocument(parsing: bytes)
            let names = before.root.members.map(\.name) + ["new"]
            let name = names[random.below(names.count)]
            let path = "[" + String(decoding: JSONString.quoted(name), as: UTF8.self) + "]"
            let other = "[" + String(decoding: JSONString.quoted(names[0]), as: UTF8.self) + "]"
            let editor = try JSONEditor([.drop(other), .set(path, to: 42)], limits: JSONLimits(), coder: "JSON")
            var output = BytesBuilder()
            do {
                try bytes.withUnsafeBytes { try editor.edit($0, &output) }
                let after = try JSONDocument(parsing: output.take())
                #expect(after[name]?.integer() == 42, "seed \(seed)")
                #expect(name == names[0] || after[names[0]] == nil, "seed \(seed)")
                for member in before.root.members where member.name != name && member.name != names[0] {
                    #expect(after[member.name] != nil, "seed \(seed)")
                }
                #expect(!after.bytes.contains("\n"), "seed \(seed)")
            } catch let error as CoderError {
                #expect(before.root.kind != .object, "seed \(seed): \(error)")
            }
        }
    }
}
