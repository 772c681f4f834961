import Connect
import Foundation
import ProcessSupport
import Testing

@testable import ConnectXML

/// What is taken and refused, and how it is written, beside `xmllint`, which reads by the same library with settings of its
/// own.
@Suite("XML as xmllint takes, refuses and writes it")
struct ConformanceTests {
    private static let withSubset = XML.Limits(doctype: .internalSubset)

    /// What `xmllint` made of a document; nil where it refused it.
    private func judge(_ cases: [ConformanceCase], _ options: String) async throws -> [Data?] {
        let scratch = try Scratch()
        for (number, one) in cases.enumerated() { try scratch.file("\(number).xml", Data(one.document)) }
        // One process of the shell for all of them.
        let script = """
            cd "$1" && for file in *.xml; do
                xmllint --nonet --encode UTF-8 \(options) "$file" >"$file.out" 2>/dev/null && : >"$file.ok"
            done; true
            """
        let shell = try ChildProcess(
            Program(at: "/bin/sh"), ["-c", script, "sh", scratch.directory.path], in: scratch)
        #expect(try await shell.wait(within: .seconds(300)) == .exited(0))
        return try cases.indices.map { scratch.exists("\($0).xml.ok") ? try scratch.data("\($0).xml.out") : nil }
    }

    @Test("Each case has a name of its own, and there are as many as promised")
    func areComplete() {
        let all =
            WellFormedCases.all + MalformedCases.all + MalformedCases.stricter + DoctypeCases.accepted
            + DoctypeCases.malformed
            + DoctypeCases.external + DoctypeCases.parameters
        #expect(all.count >= 450)
        #expect(Set(all.map(\.name)).count == all.count)
    }

    @Test("What is well-formed is taken, written as xmllint writes it, and read again as the same")
    func accepts() async throws {
        let answers = try await judge(WellFormedCases.all, "")
        for (one, answer) in zip(WellFormedCases.all, answers) {
            let expected = try #require(answer, "xmllint refuses \(one.name)")
            check(one, written: expected, XML.Limits())
        }
    }

    @Test("What is not well-formed is refused, as xmllint refuses it")
    func rejects() async throws {
        let answers = try await judge(MalformedCases.all, "")
        for (one, answer) in zip(MalformedCases.all, answers) {
            #expect(answer == nil, "xmllint takes \(one.name)")
            checkRefused(one, XML.Limits())
        }
        for one in MalformedCases.stricter { checkRefused(one, XML.Limits()) }
    }

    @Test("A document type is refused, and where it is allowed its entities and defaults are those of xmllint")
    func documentTypes() async throws {
        for one in DoctypeCases.accepted + DoctypeCases.external + DoctypeCases.parameters {
            let error = checkRefused(one, XML.Limits())
            #expect(error?.message.contains("DOCTYPE") == true, "\(one.name): \(String(describing: error))")
        }
        for one in DoctypeCases.malformed { checkRefused(one, XML.Limits()) }
        let answers = try await judge(DoctypeCases.accepted, "--noent --dropdtd")
        for (one, answer) in zip(DoctypeCases.accepted, answers) {
            let expected = try #require(answer, "xmllint refuses \(one.name)")
            check(one, written: expected, Self.withSubset)
        }
        let refusals = try await judge(DoctypeCases.malformed, "--noent")
        for (one, answer) in zip(DoctypeCases.malformed, refusals) {
            #expect(answer == nil, "xmllint takes \(one.name)")
            checkRefused(one, Self.withSubset)
        }
        for one in DoctypeCases.parameters {
            let error = checkRefused(one, Self.withSubset)
            #expect(error?.message.contains("parameter entity") == true, "\(one.name): \(String(describing: error))")
        }
        for one in DoctypeCases.external {
            let error = checkRefused(one, Self.withSubset)
            #expect(
                error?.message.contains("outside of the document") == true, "\(one.name): \(String(describing: error))")
        }
    }

    private func check(_ one: ConformanceCase, written expected: Data, _ limits: XML.Limits) {
        do {
            let document = try XML.Document(parsing: one.document, limits: limits)
            let written = document.bytes(.file)
            #expect(
                Data(written) == expected, "\(one.name): \(written) for \(String(decoding: expected, as: UTF8.self))")
            #expect(try XML.Document(parsing: written) == document, "\(one.name), read again")
            #expect(try XML.Document(parsing: document.bytes()) == document.withoutStandalone, "\(one.name), plain")
            #expect(XML.Document(document.node) == document.withoutStandalone, "\(one.name), copied")
        } catch {
            Issue.record("\(one.name) is refused: \(error)")
        }
    }

    @discardableResult
    private func checkRefused(_ one: ConformanceCase, _ limits: XML.Limits) -> CoderError? {
        let error = #expect(throws: CoderError.self, "\(one.name)") {
            try XML.Document(parsing: one.document, limits: limits)
        }
        if let error {
            #expect(!error.message.contains("of libxml2"), "\(one.name): \(error)")
            if let offset = error.offset { #expect((0...one.document.count).contains(Int(offset)), "\(one.name)") }
        }
        return error
    }
}

extension XML.Document {
    /// The same as it would be without a declaration.
    var withoutStandalone: XML.Document {
        var words = words
        words[1] = 0
        return XML.Document(words: words, source: Bytes())
    }
}
