import ProcessSupport
import Foundation
import Testing

extension ToolTests {
    /// The commands of the README, as they stand there.
    @Suite("The README")
    struct ReadmeTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        /// The pipelines that the README runs, in its order; those that need a Kafka or other instances are left out.
        private static func commands() throws -> [String] {
            let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("README.md")
            let text = try String(contentsOf: readme, encoding: .utf8)
            let inText = try Regex(#"`(connectctl run [^`]*)`"#)
            let byItself = try Regex(#"\n    (connectctl run (?:[^\n]*\\\n)*[^\n]*)"#)
            return [inText, byItself].flatMap { text.matches(of: $0) }
                .sorted { $0.range.lowerBound < $1.range.lowerBound }
                .map { String($0.output[1].substring ?? "").replacing("\\\n", with: " ").replacing("\n", with: " ") }
                .filter { !$0.contains("kafka") && !$0.contains("…") }
        }

        @Test("Its commands do what it says of them")
        func run() async throws {
            let orders = "{\"status\":200,\"debug\":1}\n{\"status\":503,\"debug\":2}\n"
            try scratch.file("a.ndjson", orders)
            try scratch.file("feed.xml", #"<feed><entry lang="de"><link>a</link></entry><entry lang="en"/></feed>"#)
            try scratch.file(
                "a.avsc",
                #"{"type":"record","name":"Order","fields":[{"name":"status","type":"int"},{"name":"debug","type":"int"}]}"#
            )
            try scratch.file("access.log", "fine\nan ERROR\n")
            try await scratch.gzip("access.log")

            let tool = URL(fileURLWithPath: Program.connectctl.path).deletingLastPathComponent().path
            var outputs: [String] = []
            for command in try Self.commands() {
                let run = try await connectctl(
                    ["-c", "cd '\(scratch.path("."))' && PATH='\(tool)':$PATH && \(command)"], in: scratch,
                    program: Program(at: "/bin/sh"))
                expectQuietSuccess(run)
                outputs.append(run.text)
            }
            #expect(
                outputs == [
                    "{\"status\":503}\n",
                    "{\"entry\":{\"@lang\":\"de\",\"link\":\"a\"}}\n",
                    "", orders,  // into a container file, and out of it
                    "an ERROR\n",
                ])
        }
    }
}
