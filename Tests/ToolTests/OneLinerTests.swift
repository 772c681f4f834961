import ProcessSupport
import Foundation
import Testing

extension ToolTests {
    @Suite("One-liners and documents")
    struct OneLinerTests {
        let scratch: Scratch
        let content: Data
        let file: String

        init() throws {
            scratch = try Scratch()
            // Bytes that are no UTF-8, empty lines, and no newline at the end.
            content =
                Data((0..<20_000).map { "line \($0) \($0 % 7 == 0 ? "ERROR" : "fine")\n" }.joined().utf8)
                + Data([0xFF, 0xFE, 0x0A, 0x0A, 0x00]) + Data("the end".utf8)
            file = try scratch.file("big.log", content)
        }

        private func document(_ stages: String) throws -> String {
            try scratch.file(
                "d.yaml",
                """
                apiVersion: connect/v1
                kind: Pipeline
                metadata: {name: connectctl}
                spec:
                  source: file:\(file).gz
                  stages: \(stages)
                  sink: stdout
                """)
        }

        @Test("A gzip file comes out unpacked, byte for byte, as a one-liner and as a document")
        func unpacks() async throws {
            try await scratch.gzip("big.log")
            let words = ["--from", "file:\(file).gz", "--through", "lines", "--to", "stdout:"]
            let run = try await connectctl(["run"] + words, in: scratch)
            expectQuietSuccess(run)
            #expect(run.output == content)
            let document = try document("[lines]")
            let same = try await connectctl(["run", document], in: scratch)
            expectQuietSuccess(same)
            #expect(same.output == content)
        }

        @Test("The plan shows what was put in, the same for both", arguments: ["text", "json", "dot", "mermaid"])
        func plans(format: String) async throws {
            let words = ["--from", "file:\(file).gz", "--through", "lines", "--to", "stdout:"]
            let run = try await connectctl(["plan", "-o", format] + words, in: scratch)
            expectQuietSuccess(run)
            #expect(run.text.contains("GUNZIP"))
            let document = try document("[lines]")
            let same = try await connectctl(["plan", "-o", format, document], in: scratch)
            expectQuietSuccess(same)
            // JSON tells the places of the declaration, which differ.
            if format != "json" { #expect(same.text == run.text) }
            // Nothing was opened: the packed file is not even there.
            #expect(!scratch.exists("big.log.gz"))
        }

        @Test("A limit gives exactly as many lines, and the status is 0")
        func limits() async throws {
            let run = try await connectctl(
                ["run", "--from", "file:\(file)", "--through", "lines", "--limit", "10", "--to", "stdout:"], in: scratch
            )
            expectQuietSuccess(run)
            #expect(run.text == (0..<10).map { "line \($0) \($0 % 7 == 0 ? "ERROR" : "fine")\n" }.joined())
        }

        @Test("Stages take keys, workers keep the order, and a state goes on where it ended")
        func stages() async throws {
            let words = [
                "run", "--from", "file:\(file)", "--through", "lines", "--through", "grep:pattern=ERROR,par=4",
                "--through", "lower", "--par", "2", "--name", "errors", "--state", scratch.path("state"), "--to",
                "file:\(scratch.path("out"))?mode=append&framing=lines", "--checkpoint-every", "10ms",
            ]
            expectQuietSuccess(try await connectctl(words, in: scratch))
            let wanted = stride(from: 0, to: 20_000, by: 7).map { "line \($0) error\n" }.joined()
            #expect(try scratch.text("out") == wanted)
            #expect(scratch.exists("state/errors.checkpoint"))
            expectQuietSuccess(try await connectctl(words, in: scratch))
            #expect(try scratch.text("out") == wanted)
        }

        @Test("A document comes from standard input too, and the command line wins over it")
        func standardInput() async throws {
            let document = try document("[lines]")
            let input = try Descriptor(document, O_RDONLY)
            let run = try await connectctl(
                ["run", "-", "--set", "spec.source=file:\(file)", "--limit", "1"], in: scratch, input: input)
            expectQuietSuccess(run)
            #expect(run.text == "line 0 ERROR\n")
        }

        @Test("validate --explain tells of each value where it was said")
        func explains() async throws {
            let document = try scratch.file(
                "e.yaml",
                """
                apiVersion: connect/v1
                kind: Pipeline
                spec:
                  source: {type: file, path: "${WHERE}"}
                  stages: [lines]
                  sink: {type: file, path: out}
                  par: 2
                """)
            let run = try await connectctl(
                ["validate", "--explain", document, "--set", "spec.sink.path=other", "--limit", "5"], in: scratch,
                environment: ["WHERE=somewhere"])
            expectQuietSuccess(run)
            let rows = run.text.split(separator: "\n").map {
                $0.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            }
            #expect(rows.contains("file path \"somewhere\" \(document):4:30 with environment WHERE"), "\(run.text)")
            #expect(rows.contains("file path \"other\" --set spec.sink.path"), "\(run.text)")
            #expect(rows.contains("file follow \"false\" default"), "\(run.text)")
            #expect(rows.contains("pipeline par \"2\" \(document):7:8"), "\(run.text)")
            #expect(rows.contains("pipeline limit \"5\" --limit 5"), "\(run.text)")
            #expect(!scratch.exists("other"))
        }

        @Test("A secret is neither in what is explained nor in a mistake nor in the plan")
        func secrets() async throws {
            try scratch.file("secret", "hunter2\n")
            let document = try scratch.file(
                "e.yaml",
                """
                apiVersion: connect/v1
                kind: Pipeline
                spec:
                  source: {type: file, path: "${file:\(scratch.path("secret"))}"}
                  stages: [lines]
                  sink: stdout
                """)
            for words in [
                ["validate", "--explain"], ["plan"], ["plan", "-o", "json"], ["validate", "--set", "spec.par=hunter2"],
                ["validate", "--set", "spec.sink=bogus:x"], ["validate", "--par", "0"],
            ] {
                let run = try await connectctl(words + [document], in: scratch)
                #expect(!run.text.contains("hunter2") && !run.errors.contains("at: hunter2"), "\(words)")
            }
            let url = "file://user:hunter2@host/a?password=hunter3&secretToken=%zz4"
            let run = try await connectctl(["validate", "--from", url, "--to", "stdout:"], in: scratch)
            #expect(run.ending == .exited(78))
            for secret in ["hunter2", "hunter3", "zz4"] { #expect(!run.errors.contains(secret), "\(run.errors)") }
        }
    }
}
