import Connect
import ConnectFiles
import ProcessSupport
import Testing

@testable import ConnectSchemaRegistryServer

/// A registry that is asked without a network.
struct Registry {
    let routes: RegistryRoutes

    init(_ level: RegistryCompatibility = .backward, file: FilePath? = nil) throws {
        var state = RegistryState(level: level)
        let journal = try file.map { (file) throws(ConnectorError) in try RegistryJournal(file) { state.apply($0) } }
        routes = RegistryRoutes(state, journal: journal)
    }

    /// Asks `GET /subjects`.
    func callAsFunction(_ question: String, _ body: String = "") -> String {
        let words = question.split(separator: " ").map(String.init)
        var asked = RegistryQuestion(method: words[0], target: words[1])
        asked.body = Bytes(body)
        let answer = routes.answer(asked)
        return (answer.status == 200 ? "" : "\(answer.status) ") + answer.body
    }

    /// A body with a schema.
    static func body(_ schema: String) -> String {
        "{\"schema\":\"" + schema.replacing("\"", with: "\\\"") + "\"}"
    }

    static func record(_ fields: String) -> String {
        #"{"type":"record","name":"R","fields":[\#(fields)]}"#
    }
}

@Suite("The answers of the schema registry")
struct RoutesTests {
    private static let a = #"{"name":"a","type":"int"}"#
    private static let b = #"{"name":"b","type":"int"}"#
    private static let bDefault = #"{"name":"b","type":"int","default":0}"#
    private static let body = Registry.body(Registry.record(a))

    @Test("Schemas get numbers, and versions under subjects; what is the same in other words has the same number")
    func registers() throws {
        let registry = try Registry(.none)
        #expect(registry("GET /") == "{}")
        #expect(registry("GET /subjects") == "[]")
        #expect(registry("POST /subjects/s/versions", Self.body) == #"{"id":1}"#)
        #expect(registry("POST /subjects/s/versions", Self.body) == #"{"id":1}"#)
        let same = Registry.body(
            #"{ "fields" : [ {"type" : {"type": "int"}, "name":"a"} ], "name": "R", "type": "record" }"#)
        #expect(registry("POST /subjects/other%2Fname/versions", same) == #"{"id":1}"#)
        #expect(registry("POST /subjects/s/versions", Registry.body("\"int\"")) == #"{"id":2}"#)
        #expect(registry("GET /subjects") == #"["other/name","s"]"#)
        #expect(registry("GET /subjects?subjectPrefix=s") == #"["s"]"#)
        #expect(registry("GET /subjects/s/versions") == "[1,2]")
        let int = #"{"subject":"s","version":2,"id":2,"schema":"\"int\""}"#
        for word in ["2", "latest", "-1"] { #expect(registry("GET /subjects/s/versions/\(word)") == int) }
        #expect(registry("GET /subjects/s/versions/2/schema") == "\"int\"")
        #expect(registry("POST /subjects/s", Registry.body("int")) == int)
        #expect(registry("GET /schemas/ids/2") == #"{"schema":"\"int\""}"#)
        #expect(registry("GET /schemas/ids/2/schema") == "\"int\"")
        #expect(
            registry("GET /schemas/ids/1/versions")
                == #"[{"subject":"other/name","version":1},{"subject":"s","version":1}]"#)
        #expect(registry("GET /schemas/ids/1/subjects") == #"["other/name","s"]"#)
        #expect(registry("GET /schemas/types") == #"["AVRO"]"#)
    }

    @Test(
        "What is not there or wrong has the codes that clients know",
        arguments: [
            ("GET /subjects/x/versions", "", 40401), ("GET /subjects/x/versions/1", "", 40401),
            ("GET /subjects/s/versions/9", "", 40402), ("GET /subjects/s/versions/0", "", 42202),
            ("GET /subjects/s/versions/x", "", 42202), ("GET /schemas/ids/9", "", 40403),
            ("GET /schemas/ids/x", "", 40403), ("POST /subjects/x", body, 40401),
            ("POST /subjects/s", Registry.body("\"long\""), 40403), ("POST /subjects/s/versions", "", 42201),
            ("POST /subjects/s/versions", Registry.body("{"), 42201),
            ("POST /subjects/s/versions", #"{"schema":"\"int\"","schemaType":"JSON"}"#, 42201),
            ("POST /subjects/s/versions", Registry.body("\"string\""), 409), ("DELETE /subjects/x", "", 40401),
            ("DELETE /subjects/s?permanent=true", "", 40405), ("DELETE /subjects/s/versions/9", "", 40402),
            ("DELETE /subjects/s/versions/1?permanent=true", "", 40407),
            ("PUT /config", #"{"compatibility":"x"}"#, 42203),
            ("GET /config/s", "", 40408), ("PUT /mode", #"{"mode":"x"}"#, 42204), ("GET /nothing", "", 404),
            ("PATCH /config", "", 405),
        ] as [(String, String, Int)])
    func refusals(_ question: String, _ body: String, _ code: Int) throws {
        let registry = try Registry()
        _ = registry("POST /subjects/s/versions", Self.body)
        let answer = registry(question, body)
        #expect(answer.hasPrefix("\(code > 999 ? code / 100 : code) {\"error_code\":\(code),"), "\(answer)")
    }

    /// What may come behind a schema with the field a, by level: a field more or less, with or without defaults.
    private static let levelRows: [(RegistryCompatibility, more: Bool, moreDefault: Bool, less: Bool)] = [
        (.none, true, true, true), (.backward, false, true, true), (.forward, true, true, false),
        (.full, false, true, false), (.backwardTransitive, false, true, true), (.forwardTransitive, true, true, false),
        (.fullTransitive, false, true, false),
    ]

    @Test("Each level takes what it says", arguments: levelRows)
    func levels(_ level: RegistryCompatibility, more: Bool, moreDefault: Bool, less: Bool) throws {
        for (fields, isTaken) in [
            (Self.a + "," + Self.b, more), (Self.a + "," + Self.bDefault, moreDefault), ("", less),
        ] {
            let registry = try Registry(level)
            _ = registry("POST /subjects/s/versions", Self.body)
            let body = Registry.body(Registry.record(fields))
            let check = registry("POST /compatibility/subjects/s/versions/latest", body)
            #expect(check == #"{"is_compatible":\#(isTaken)}"#, "\(fields)")
            let answer = registry("POST /subjects/s/versions", body)
            #expect(answer.hasPrefix(isTaken ? #"{"id":2}"# : #"409 {"error_code":409,"#), "\(answer)")
        }
    }

    @Test("Transitive levels look at all versions, the others at the last one")
    func transitive() throws {
        for (level, isTaken) in [(RegistryCompatibility.backward, true), (.backwardTransitive, false)] {
            let registry = try Registry(.none)
            for type in ["\"string\"", "\"int\""] { _ = registry("POST /subjects/s/versions", Registry.body(type)) }
            _ = registry("PUT /config/s", #"{"compatibility":"\#(level.rawValue.lowercased())"}"#)
            let check = registry(
                "POST /compatibility/subjects/s/versions?verbose=true", Registry.body("\"long\""))
            #expect(check.hasPrefix(#"{"is_compatible":\#(isTaken),"messages":["#), "\(check)")
            #expect(registry("POST /subjects/s/versions", Registry.body("\"long\"")).hasPrefix("{") == isTaken)
        }
    }

    @Test("Unions and symbols that only some data have count as well")
    func conditional() throws {
        for (old, new) in [
            (#"["int","string"]"#, "\"string\""),
            (
                #"{"type":"enum","name":"E","symbols":["A","B"]}"#, #"{"type":"enum","name":"E","symbols":["A"]}"#
            ),
        ] {
            let registry = try Registry()
            _ = registry("POST /subjects/s/versions", Registry.body(old))
            #expect(registry("POST /subjects/s/versions", Registry.body(new)).hasPrefix("409"))
        }
    }

    @Test("Levels and modes are those of all, or a subject's own")
    func settings() throws {
        let registry = try Registry()
        _ = registry("POST /subjects/s/versions", Self.body)
        #expect(registry("GET /config") == #"{"compatibilityLevel":"BACKWARD"}"#)
        #expect(registry("PUT /config", #"{"compatibility":"NONE"}"#) == #"{"compatibility":"NONE"}"#)
        #expect(registry("PUT /config/s", #"{"compatibility":"FULL"}"#) == #"{"compatibility":"FULL"}"#)
        #expect(registry("GET /config/s") == #"{"compatibilityLevel":"FULL"}"#)
        #expect(registry("GET /config/x?defaultToGlobal=true") == #"{"compatibilityLevel":"NONE"}"#)
        #expect(registry("DELETE /config/s") == #"{"compatibilityLevel":"FULL"}"#)
        #expect(registry("GET /config/s").contains("40408"))
        #expect(registry("DELETE /config").contains("NONE"))
        #expect(registry("GET /config").contains("BACKWARD"))
        #expect(registry("GET /mode") == #"{"mode":"READWRITE"}"#)
        #expect(registry("PUT /mode/s", #"{"mode":"READONLY"}"#) == #"{"mode":"READONLY"}"#)
        #expect(registry("POST /subjects/s/versions", Registry.body("\"int\"")).contains("42205"))
        #expect(registry("POST /subjects/s/versions", Self.body) == #"{"id":1}"#)
        #expect(registry("POST /subjects/t/versions", Self.body) == #"{"id":1}"#)
    }

    @Test("Deleted softly a schema is seen no more but kept, deleted hard it is gone")
    func deletion() throws {
        let registry = try Registry(.none)
        for type in ["\"int\"", "\"long\"", "\"string\""] {
            _ = registry("POST /subjects/s/versions", Registry.body(type))
        }
        #expect(registry("DELETE /subjects/s/versions/2") == "2")
        #expect(registry("DELETE /subjects/s/versions/2").contains("40406"))
        #expect(registry("GET /subjects/s/versions") == "[1,3]")
        #expect(registry("GET /subjects/s/versions?deleted=true") == "[1,2,3]")
        #expect(registry("GET /subjects/s/versions/2").contains("40402"))
        #expect(registry("GET /schemas/ids/2") == #"{"schema":"\"long\""}"#)
        #expect(registry("POST /subjects/s", Registry.body("\"long\"")).contains("40403"))
        #expect(registry("POST /subjects/s/versions", Registry.body("\"long\"")) == #"{"id":2}"#)
        #expect(registry("GET /subjects/s/versions") == "[1,3,4]")
        #expect(registry("DELETE /subjects/s") == "[1,3,4]")
        #expect(registry("DELETE /subjects/s").contains("40404"))
        #expect(registry("GET /subjects") == "[]")
        #expect(registry("GET /subjects?deleted=true") == #"["s"]"#)
        #expect(registry("GET /schemas/ids/1") == #"{"schema":"\"int\""}"#)
        #expect(registry("DELETE /subjects/s?permanent=true") == "[1,2,3,4]")
        #expect(registry("GET /schemas/ids/1").contains("40403"))
        // Numbers are never given twice.
        #expect(registry("POST /subjects/s/versions", Registry.body("\"int\"")) == #"{"id":4}"#)
        #expect(registry("GET /subjects/s/versions") == "[1]")
    }

    @Test("What was answered is in the file, also when the last line was cut anywhere")
    func journal() throws {
        let scratch = try Scratch()
        let path = FilePath(scratch.path("journal"))
        var states: [String] = []
        func look(_ registry: Registry) -> String {
            [
                "GET /subjects?deleted=true", "GET /subjects/s/versions", "GET /schemas/ids/1", "GET /config",
                "GET /mode/s",
            ]
            .map { registry($0) }.joined()
        }
        do {
            let registry = try Registry(file: path)
            for question in [
                ("POST /subjects/s/versions", Self.body), ("PUT /config", #"{"compatibility":"NONE"}"#),
                ("POST /subjects/s/versions", Registry.body("\"int\"")), ("DELETE /subjects/s/versions/1", ""),
                ("PUT /mode/s", #"{"mode":"READONLY"}"#),
            ] {
                states.append(look(registry))
                _ = registry(question.0, question.1)
            }
            states.append(look(registry))
            #expect(throws: ConnectorError.self) { try Registry(file: path) }
        }
        let whole = try scratch.data("journal")
        #expect(whole.count { $0 == 0x0A } == 5)
        for end in Array(stride(from: 0, to: whole.count, by: 7)) + [whole.count] {
            try scratch.file("cut", whole.prefix(end))
            let registry = try Registry(file: FilePath(scratch.path("cut")))
            let lines = whole.prefix(end).count { $0 == 0x0A }
            #expect(look(registry) == states[lines], "cut at \(end)")
            #expect(scratch.length("cut") == (whole.prefix(end).lastIndex(of: 0x0A).map { $0 + 1 } ?? 0))
        }
        try scratch.file("other", "what is this\n")
        #expect(throws: ConnectorError.self) { try Registry(file: FilePath(scratch.path("other"))) }
    }
}
