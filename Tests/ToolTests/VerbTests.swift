import ProcessSupport
import Foundation
import Testing

extension ToolTests {
    @Suite("Verbs around a pipeline")
    struct VerbTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        @Test("init writes a document that has no mistakes, for every source and sink")
        func initializes() async throws {
            let list = try await connectctl(["list", "-o", "json"], in: scratch)
            let all = try JSONSerialization.jsonObject(with: list.output) as? [[String: Any]] ?? []
            func names(_ kind: String) -> [String] {
                all.filter { $0["kind"] as? String == kind }.compactMap { $0["name"] as? String }
            }
            #expect(names("source").count >= 2 && names("sink").count >= 3)
            for source in names("source") {
                for sink in names("sink") {
                    let run = try await connectctl(["init", "--from", source, "--to", sink], in: scratch)
                    expectQuietSuccess(run)
                    let document = try scratch.file("\(source)-\(sink).yaml", run.text)
                    let check = try await connectctl(["validate", document], in: scratch)
                    #expect(check.ending == .exited(0), "\(source) \(sink): \(check.errors)\n\(run.text)")
                    // What is commented out is right as well.
                    let whole = run.text.split(separator: "\n").map { line in
                        line.hasPrefix("    # ") && line.contains(": ") && !line.hasSuffix(")") && !line.contains("- ")
                            && !line.contains("#   ") ? "    " + line.dropFirst(6) : line
                    }.joined(separator: "\n")
                    let everything = try scratch.file("everything.yaml", whole)
                    let second = try await connectctl(["validate", everything], in: scratch)
                    #expect(second.ending == .exited(0), "\(source) \(sink): \(second.errors)\n\(whole)")
                }
            }
        }

        @Test(
            "init knows no other names",
            arguments: [["--from", "fil", "--to", "stdout"], ["--from", "file", "--to", "x"]])
        func initializesNothingElse(words: [String]) async throws {
            expectFailure(try await connectctl(["init"] + words, in: scratch), status: 78, says: "error: there is no ")
        }

        @Test("The plans of two documents are compared line by line")
        func compares() async throws {
            let words = ["plan", "--from", "file:in", "--through", "lines", "--to", "stdout:", "--name", "x"]
            let document = try scratch.file(
                "x.yaml", Samples.document(source: "file:in", stages: "[lines]", name: "x"))
            let same = try await connectctl(words + ["--diff", document], in: scratch)
            expectQuietSuccess(same)
            #expect(same.text == "no difference\n")
            let other = try await connectctl(words + ["--through", "upper", "--diff", document], in: scratch)
            #expect(other.ending == .exited(1) && other.errors == "")
            let added = other.text.split(separator: "\n").filter { $0.hasPrefix("+") }
            #expect(added.contains { $0.contains("upper") }, "\(other.text)")
            // Where there is nothing to compare with it is neither.
            let nowhere = scratch.path("nowhere.yaml")
            expectFailure(
                try await connectctl(words + ["--diff", nowhere], in: scratch), status: 78, says: "nowhere.yaml")
            let help = try await connectctl(["plan", "--help"], in: scratch)
            #expect(
                help.text.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains("1 where they differ"))
        }

        @Test("A list comes as a table, as JSON and as YAML")
        func lists() async throws {
            for words in [["list"], ["list", "grep"]] {
                let json = try await connectctl(words + ["-o", "json"], in: scratch)
                expectQuietSuccess(json)
                let list = try JSONSerialization.jsonObject(with: json.output) as? [[String: Any]]
                #expect(list?.isEmpty == false)
                let yaml = try await connectctl(words + ["-o", "yaml"], in: scratch)
                expectQuietSuccess(yaml)
                #expect(yaml.text.hasPrefix("- \"kind\": "))
            }
        }

        @Test("Each shell gets a script that names the verbs", arguments: ["bash", "zsh", "fish"])
        func completes(shell: String) async throws {
            let run = try await connectctl(["completion", shell], in: scratch)
            expectQuietSuccess(run)
            for verb in ["run", "validate", "checkpoint"] { #expect(run.text.contains(verb)) }
        }

        @Test("A document's tests pass, or show what is different and end with 1")
        func tests() async throws {
            let text =
                Samples.document(
                    source: "file:/nowhere", stages: "[lines, 'grep:a,par=2', upper]", sink: "file:/no/where")
                + "tests:\n  - {name: first, input: [abc, xyz, cab], output: [ABC, CAB]}\n"
            let document = try scratch.file("t.yaml", text)
            let run = try await connectctl(["test", document], in: scratch)
            expectQuietSuccess(run)
            #expect(run.text == "passed: first\n")
            try scratch.file("t.yaml", text + "  - {name: second, input: \"b\\na\\n\", output: [B]}\n")
            let failed = try await connectctl(["test", document], in: scratch)
            #expect(failed.ending == .exited(1))
            #expect(failed.text.contains("failed: second (\(document):10:5)\n-B\n+A\n"), "\(failed.text)")
            #expect(failed.errors == "1 of 2 tests failed\n")
        }

        @Test(
            "Tests with mistakes are refused, with the place",
            arguments: [
                ("", 0), ("tests: x\n", 8), ("tests: [x]\n", 8), ("tests: [{inptu: a, output: b}]\n", 8),
                ("tests:\n  - {input: a}\n", 9),
            ])
        func wrongTests(tests: String, line: Int) async throws {
            let document = try scratch.file(
                "t.yaml", Samples.document(source: "file:in", stages: "[lines]") + tests)
            let run = try await connectctl(["test", document], in: scratch)
            expectFailure(run, status: 78, says: line == 0 ? "there are no tests" : "t.yaml:\(line):")
            #expect(run.errors.split(separator: "error:").count == 2, "\(run.errors)")
        }

        @Test("A checkpoint is shown, exported, forgotten and put back")
        func checkpoints() async throws {
            let file = try scratch.file("in", "a\nb\nc\n")
            let state = ["--state", scratch.path("state")]
            let words = [
                "run", "--from", "file:\(file)", "--through", "lines", "--to", "stdout:", "--name", "a/b",
            ]
            #expect(try await connectctl(words + state, in: scratch).text == "a\nb\nc\n")
            let show = try await connectctl(["checkpoint", "show"] + state, in: scratch)
            expectQuietSuccess(show)
            #expect(show.text.contains("a/b") && show.text.contains("  6"), "\(show.text)")
            let json = try await connectctl(["checkpoint", "show", "a/b", "-o", "json"] + state, in: scratch)
            let list = try JSONSerialization.jsonObject(with: json.output) as? [[String: Any]]
            #expect(list?.first?["pipeline"] as? String == "a/b")
            let export = try await connectctl(["checkpoint", "export", "a/b"] + state, in: scratch)
            expectQuietSuccess(export)
            #expect(export.output == (try scratch.data("state/a%2Fb.checkpoint")))

            expectQuietSuccess(try await connectctl(["checkpoint", "reset", "a/b"] + state, in: scratch))
            expectFailure(
                try await connectctl(["checkpoint", "reset", "a/b"] + state, in: scratch), status: 1,
                says: "has no checkpoint")
            expectFailure(
                try await connectctl(["checkpoint", "export", "a/b"] + state, in: scratch), status: 1,
                says: "has no checkpoint")
            let saved = try Descriptor(try scratch.file("saved", export.output), O_RDONLY)
            expectQuietSuccess(
                try await connectctl(["checkpoint", "import", "a/b"] + state, in: scratch, input: saved))
            #expect(try await connectctl(words + state, in: scratch).text == "")
            let foreign = try Descriptor(scratch.path("saved"), O_RDONLY)
            expectFailure(
                try await connectctl(["checkpoint", "import", "other"] + state, in: scratch, input: foreign), status: 1,
                says: "\"a/b\"")
            try scratch.file("state/a%2Fb.checkpoint", "damaged")
            expectFailure(
                try await connectctl(["checkpoint", "show"] + state, in: scratch), status: 1, says: "cannot be used")
            expectQuietSuccess(try await connectctl(["checkpoint", "reset", "a/b"] + state, in: scratch))
            #expect(try await connectctl(words + state, in: scratch).text == "a\nb\nc\n")
        }
    }
}

/// Documents for tests.
enum Samples {
    /// Seven lines and a newline.
    static func document(
        source: String, stages: String, sink: String = "stdout", name: String = "sample"
    ) -> String {
        """
        apiVersion: connect/v1
        kind: Pipeline
        metadata: {name: \(name)}
        spec:
          source: \(source)
          stages: \(stages)
          sink: \(sink)

        """
    }
}
