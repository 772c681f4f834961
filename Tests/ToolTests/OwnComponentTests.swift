import Foundation
import ProcessSupport
import Testing

extension ToolTests {
    @Suite("Components of one's own")
    struct OwnComponentTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        private func own(_ words: String...) async throws -> Run {
            try await connectctl(words, in: scratch, program: Program("own-component"))
        }

        @Test("They run beside those of Connect, as words and as a document")
        func runs() async throws {
            let run = try await own(
                "run", "--from", "count-up:12", "--through", "upper", "--through", "mask:x,par=2", "--to", "stdout:")
            expectQuietSuccess(run)
            #expect(run.text == (1...12).map { $0 < 10 ? "NUMBER x\n" : "NUMBER xx\n" }.joined())
            let document = try scratch.file(
                "own.yaml", Samples.document(source: "count-up", stages: "[{type: mask, with: '-', limit: 2}]"))
            let same = try await own("run", document)
            expectQuietSuccess(same)
            #expect(same.text == "number -\nnumber -\n")
        }

        @Test("They are listed, described and known to the schema, and documents are made of them")
        func describes() async throws {
            let all = try await own("list")
            expectQuietSuccess(all)
            for name in ["count-up", "mask", "file", "csv"] { #expect(all.text.contains("  \(name) ")) }
            // What was not registered is not there.
            #expect(!all.text.contains("  grep "))
            let page = try await own("list", "count-up")
            expectQuietSuccess(page)
            #expect(page.text.contains("\nto ") && page.text.contains("Counts from 1"))
            #expect(try await own("schema").text.contains("\"count-up\""))
            let document = try await own("init", "--from", "count-up", "--to", "stdout")
            expectQuietSuccess(document)
            let file = try scratch.file("new.yaml", document.text)
            expectQuietSuccess(try await own("validate", file))
        }

        @Test("The program goes by its own name")
        func isNamed() async throws {
            #expect(try await own("version").text == "own-component 0.1.0\n")
            let help = try await own("--help").text
            #expect(help.contains("USAGE: own-component <subcommand>"), "\(help)")
            #expect(!help.contains("connectctl"))
        }

        @Test("What they cannot be told is a mistake with its place and how to mend it")
        func mistakes() async throws {
            expectFailure(
                try await own("run", "--from", "count-up:?too=3", "--to", "stdout:"), status: 78,
                says: "Did you mean to?")
            expectFailure(
                try await own("run", "--from", "count-up:0", "--to", "stdout:"), status: 78, says: "\"0\"")
            expectFailure(
                try await own("run", "--from", "count-up:3", "--through", "mask:xx", "--to", "stdout:"), status: 78,
                says: "a digit is one byte", "Give one: mask:x.")
        }
    }
}
