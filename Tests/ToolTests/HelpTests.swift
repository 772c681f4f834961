import ProcessSupport
import Foundation
import Testing

extension ToolTests {
    @Suite("Help, list and version")
    struct HelpTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        static let pipelineOptions = [
            "<documents>", "--from", "--through", "--to", "--name", "--par", "--limit", "--memory", "--state",
            "--checkpoint-every", "--on-error", "--dead-letter", "--set",
        ]

        static let peersOptions = [
            "--peers", "--self", "--peers-secret-file", "--peers-certificate", "--peers-key", "--peers-ca",
        ]

        /// Each verb, and the options that its help names.
        private static let optionsOfVerbs: [(String, [String])] = [
            (
                "run",
                pipelineOptions + peersOptions + ["--for", "--until", "--log-level", "--log-format", "--quiet"]
            ),
            ("validate", pipelineOptions + peersOptions + ["--explain"]),
            ("plan", pipelineOptions + peersOptions + ["--output", "--diff"]),
            ("test", pipelineOptions),
            ("init", ["--from", "--to", "--name"]), ("schema", []), ("completion", ["<shell>"]),
            ("list", ["<name>", "--output"]), ("version", []),
            ("checkpoint show", ["--state", "--output", "<pipeline>"]),
            ("checkpoint reset", ["--state", "<pipeline>"]), ("checkpoint export", ["--state", "<pipeline>"]),
            ("checkpoint import", ["--state", "<pipeline>"]),
        ]

        @Test(
            "The help of a verb names every option",
            arguments: Self.optionsOfVerbs)
        func help(verb: String, options: [String]) async throws {
            let run = try await connectctl(
                verb.split(separator: " ").map(String.init) + ["--help"], in: scratch)
            expectQuietSuccess(run)
            for option in options + ["--help"] {
                #expect(run.text.contains("\n  \(option) ") || run.text.contains(", \(option) "), "\(option)")
            }
            // Nothing without a word of help behind it.
            let bare = run.text.split(separator: "\n").filter { $0.hasPrefix("  --") && !$0.contains("  ") }
            #expect(bare.isEmpty)
        }

        @Test("Without words, with --help and with help the verbs are shown", arguments: [[], ["--help"], ["help"]])
        func verbs(words: [String]) async throws {
            let run = try await connectctl(words, in: scratch)
            expectQuietSuccess(run)
            for verb in [
                "run", "validate", "plan", "test", "init", "list", "schema", "checkpoint", "completion", "version",
            ] { #expect(run.text.contains("\n  \(verb) ")) }
        }

        @Test("The list has every component, and its page every key")
        func list() async throws {
            let all = try await connectctl(["list"], in: scratch)
            expectQuietSuccess(all)
            for name in ["file", "stdin", "lines", "grep", "stdout"] { #expect(all.text.contains("  \(name) ")) }
            let page = try await connectctl(["list", "grep"], in: scratch)
            expectQuietSuccess(page)
            for key in ["pattern", "exclude", "ignoreCase"] { #expect(page.text.contains("\n\(key) ")) }
            expectFailure(try await connectctl(["list", "gerp"], in: scratch), status: 78, says: "gerp")
        }

        @Test("The version is one line")
        func version() async throws {
            let run = try await connectctl(["version"], in: scratch)
            expectQuietSuccess(run)
            #expect(run.text.hasPrefix("connectctl ") && run.text.split(separator: "\n").count == 1)
        }
    }
}
