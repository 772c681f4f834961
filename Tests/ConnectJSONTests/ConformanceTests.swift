import Connect
import Testing

@testable import ConnectJSON

@Suite("JSON as the public suites demand it")
struct ConformanceTests {
    private static let accepted = JSONTestSuiteAccept.cases + JSONTestSuiteEither.accepted
    private static let rejected =
        JSONTestSuiteReject.values + JSONTestSuiteReject.objects + JSONTestSuiteReject.strings
        + JSONTestSuiteReject.structures + JSONTestSuiteEither.rejected

    @Test("There are all cases of both suites, each once")
    func areComplete() {
        let names = (Self.accepted + Self.rejected).map(\.name)
        #expect(names.count { $0.hasPrefix("y_") } == 95)
        #expect(names.count { $0.hasPrefix("n_") } == 188)
        #expect(names.count { $0.hasPrefix("i_") } == 35)
        #expect(Set(names).count == 318)
        #expect(JSONCheckerSuite.accepted.count + JSONCheckerSuite.rejected.count == 36)
    }

    @Test("What must be accepted is, and comes out as it came in", arguments: accepted + JSONCheckerSuite.accepted)
    func accepts(_ suiteCase: ConformanceCase) throws {
        let depth = suiteCase.name.hasPrefix("pass") ? JSONCheckerSuite.depth : 1024
        let bytes = suiteCase.document
        let document = try JSONDocument(parsing: bytes, limits: JSONLimits(depth: depth))
        #expect(document.bytes == bytes)
        // What reads it all gives back the same document.
        let anew = try JSONDocument(parsing: Bytes(written(document.root)))
        #expect(anew.compacted == Bytes(written(anew.root)))
        #expect(fault(in: bytes, depth: depth) == nil)
    }

    @Test("What must be rejected is, with the place of the mistake", arguments: rejected)
    func rejects(_ suiteCase: ConformanceCase) throws {
        try checkRejected(suiteCase, depth: 1024)
        // Also where the limit on depth does not come first.
        try checkRejected(suiteCase, depth: 200_000)
    }

    @Test("What json.org's checker rejects is rejected", arguments: JSONCheckerSuite.rejected)
    func checkerRejects(_ suiteCase: ConformanceCase) throws {
        try checkRejected(suiteCase, depth: JSONCheckerSuite.depth)
    }

    @Test("The messages name what is wrong, and where")
    func messages() throws {
        for (text, offset, words) in [
            ("", 0, "there is nothing"), ("{\"a\":1,}", 7, "name of a member"), ("[1 2]", 3, "comma or ]"),
            ("{\"a\" 1}", 5, "a colon"), ("[1]x", 3, "more follows"), ("[\"a\\x\"]", 3, "no such escape"),
            ("[\"\\ud800\"]", 2, "surrogate"), ("[\"\u{1}\"]", 2, "control character"), ("[01]", 2, "begins with 0"),
            ("[1.]", 3, "decimal point"), ("[-]", 2, "minus"), ("\u{feff}[]", 0, "byte order mark"),
            ("[tru]", 4, "misspelt"), ("{\"a\":1]", 6, "comma or }"), ("[\"a", 3, "does not end"),
            ("[1,", 3, "value is missing"),
        ] {
            let error = #expect(throws: CoderError.self) { try JSONDocument(parsing: Bytes(text)) }
            #expect(error?.offset == Int64(offset), "\(text)")
            #expect(error?.message.contains(words) == true, "\(text): \(error?.message ?? "")")
        }
        let cut = #expect(throws: CoderError.self) { try JSONDocument(parsing: "{\"a\":[1,2") }
        #expect(cut?.code == .truncated)
        let latin = #expect(throws: CoderError.self) { try JSONDocument(parsing: Bytes([0x22, 0x61, 0xE9, 0x22])) }
        #expect(latin?.offset == 2)
        #expect(latin?.code == .malformed)
    }

    @Test("Limits on size and depth hold exactly")
    func limits() throws {
        let document: Bytes = "[[1]]"
        _ = try JSONDocument(parsing: document, limits: JSONLimits(bytes: 5, depth: 2))
        let size = #expect(throws: CoderError.self) {
            try JSONDocument(parsing: document, limits: JSONLimits(bytes: 4))
        }
        #expect(size?.code == .limitExceeded)
        let depth = #expect(throws: CoderError.self) {
            try JSONDocument(parsing: document, limits: JSONLimits(depth: 1))
        }
        #expect(depth?.code == .limitExceeded)
        #expect(depth?.offset == 1)
        for limits in [JSONLimits(bytes: 0), JSONLimits(bytes: JSONLimits.mostBytes + 1), JSONLimits(depth: -1)] {
            let error = #expect(throws: CoderError.self) { try JSONDocument(parsing: document, limits: limits) }
            #expect(error?.code == .configuration)
        }
        _ = try JSONDocument(parsing: "1", limits: JSONLimits(depth: 0))
    }

    private func checkRejected(_ suiteCase: ConformanceCase, depth: Int) throws {
        let error = #expect(throws: CoderError.self) {
            try JSONDocument(parsing: suiteCase.document, limits: JSONLimits(depth: depth))
        }
        #expect(error?.coder == "JSON")
        let offset = try #require(error?.offset)
        #expect((0...suiteCase.document.count).contains(Int(offset)))
        #expect(fault(in: suiteCase.document, depth: depth) != nil)
    }

    /// What the slow reader for messages finds, which shares no code with the parser.
    private func fault(in bytes: Bytes, depth: Int) -> Int? {
        bytes.withUnsafeBytes { text -> Int? in
            var finder = JSONFaultFinder(text, depth: depth)
            do throws(JSONFaultFinder.Fault) {
                try finder.check()
                return nil
            } catch {
                return error.offset
            }
        }
    }
}

/// A value written anew from what it says of itself.
func written(_ value: JSONValue) -> String {
    switch value.kind {
    case .object:
        let members = value.members.map {
            String(decoding: JSONString.quoted($0.name), as: UTF8.self) + ":" + written($0.value)
        }
        return "{" + members.joined(separator: ",") + "}"
    case .array: return "[" + value.elements.map(written).joined(separator: ",") + "]"
    case .string: return String(decoding: JSONString.quoted(value.string ?? "?"), as: UTF8.self)
    case .number: return value.number?.description ?? "?"
    case .boolean: return value.bool == true ? "true" : "false"
    case .null: return "null"
    }
}
