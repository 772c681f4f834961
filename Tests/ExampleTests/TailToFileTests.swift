import ConnectTesting
import ProcessSupport
import Foundation
import Testing

extension ProcessTests {
    @Suite("tail-to-file")
    struct TailToFileTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        private func start() throws -> ChildProcess {
            try ChildProcess(
                .tailToFile, [scratch.path("log"), "word", scratch.path("out"), scratch.path("state")], in: scratch)
        }

        private func append(_ text: String) throws {
            try Descriptor(scratch.path("log"), O_WRONLY | O_CREAT | O_APPEND).write(text)
        }

        private func waitForOutput(_ text: String) async throws {
            try await eventually("the output \(text)") { try scratch.exists("out") && scratch.text("out") == text }
        }

        private func stop(_ process: ChildProcess) async throws {
            process.send(SIGTERM)
            let ending = try await process.wait(within: .seconds(3))
            #expect(ending == .exited(0))
            #expect(try process.standardError() == "")
        }

        @Test("Follows what is appended, keeps the lines with the word, stops on SIGTERM and goes on where it was")
        func followsAndGoesOn() async throws {
            // S-END-4, case 83
            try append("a word\nnothing\n")
            var process = try start()
            try await waitForOutput("a word\n")
            try append("more wo")
            try append("rds\nnothing\nhalf a wor")
            try await waitForOutput("a word\nmore words\n")
            try await stop(process)
            // The half line is not lost, and not there in two pieces.
            try append("d\n")
            process = try start()
            try await waitForOutput("a word\nmore words\nhalf a word\n")
            try append("last word\n")
            try await waitForOutput("a word\nmore words\nhalf a word\nlast word\n")
            try await stop(process)
        }

        @Test("Reads a file that was renamed to its end, and then the one in its place")
        func followsRotation() async throws {
            try append("word 1\n")
            let process = try start()
            try await waitForOutput("word 1\n")
            let old = try Descriptor(scratch.path("log"), O_WRONLY | O_APPEND)
            rename(scratch.path("log"), scratch.path("log.1"))
            old.write("word 2\n")
            try append("word 3\n")
            try await waitForOutput("word 1\nword 2\nword 3\n")
            try append("word 4\n")
            try await waitForOutput("word 1\nword 2\nword 3\nword 4\n")
            try await stop(process)
        }

        @Test("Begins anew where the file was cut")
        func followsTruncation() async throws {
            try append("word 1 is longer\n")
            let process = try start()
            try await waitForOutput("word 1 is longer\n")
            truncate(scratch.path("log"), 0)
            // Not before it can have seen that: what is cut and grows beyond its size within 200 ms cannot be told.
            try append("word 2\n")
            try await waitForOutput("word 1 is longer\nword 2\n")
            try await stop(process)
        }

        @Test("Waits for a file that is not there yet")
        func waitsForFile() async throws {
            let process = try start()
            try await eventually("the checkpoint's lock") { scratch.exists("state") }
            try append("word\n")
            try await waitForOutput("word\n")
            try await stop(process)
        }

        @Test("Killed at random while the log grows, it loses nothing")
        func survivesKills() async throws {
            // cases 1, 5: kill -9 and SIGTERM by turns
            let seed = Settings.seed
            print("tail-to-file: CONNECT_SEED=\(seed) CONNECT_KILLS=\(Settings.kills)")
            var random = SplitMix(seed: seed)
            var lines: [String] = []
            for round in 0..<Settings.kills {
                let process = try start()
                let isKilled = round.isMultiple(of: 2)
                let first = lines.count
                for _ in 0..<Int.random(in: 1...20, using: &random) {
                    lines.append("\(lines.count) word")
                    try append(lines[lines.count - 1] + "\n")
                }
                let seen = Int.random(in: (isKilled ? 0 : first)..<lines.count, using: &random)
                try await eventually("line \(seen)") {
                    try scratch.exists("out") && scratch.text("out").contains("\(seen) word")
                }
                process.send(isKilled ? SIGKILL : SIGTERM)
                let ending = try await process.wait()
                #expect(ending == (isKilled ? .killed(by: SIGKILL) : .exited(0)))
            }
            // A line more, since the others may all be there before it has even begun.
            lines.append("\(lines.count) word")
            try append(lines[lines.count - 1] + "\n")
            let process = try start()
            try await eventually("the last line") { try scratch.text("out").contains("\(lines.count - 1) word\n") }
            try await stop(process)
            let found = try scratch.text("out").split(separator: "\n").map(String.init)
            #expect(Set(found) == Set(lines), "CONNECT_SEED=\(seed)")
        }
    }
}
