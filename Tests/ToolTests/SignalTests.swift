import Foundation
import ProcessSupport
import Testing

extension ToolTests {
    @Suite("Signals and readers that go away")
    struct SignalTests {
        /// What keeps the drain from coming to its end.
        enum Hang: CaseIterable {
            /// A command that never answers.
            case command
            /// A pipe that nobody reads, and an element that is longer than it.
            case output
        }

        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        // S-END-4, cases 83, 86
        @Test(
            "A second signal ends a drain that hangs, SIGINT with 130 and SIGTERM with 143",
            arguments: [SIGINT, SIGTERM],
            Hang.allCases)
        func secondSignal(_ signal: Int32, _ hang: Hang) async throws {
            let file = try scratch.file("in", String(repeating: "x", count: 1 << 20) + "\n")
            // It ends with its input, so that nothing is left behind the test.
            let command = "exec:command=echo > \(scratch.path("begun")); cat > /dev/null,timeout=1h"
            let (read, write) = try Descriptor.pipe()
            let process = try ChildProcess(
                .connectctl,
                ["run", "--from", "file:\(file)", "--through", "lines"]
                    + (hang == .command ? ["--through", command] : []) + ["--to", "stdout:"],
                in: scratch, output: write)
            write.close()
            try await eventually("the element is under way") {
                hang == .command ? scratch.exists("begun") : read.available > 0
            }
            process.send(signal)
            try await process.waitUntilTaken(signal)
            #expect(process.poll() == nil)
            process.send(signal)
            #expect(try await process.wait() == .exited(128 + signal))
            #expect(try process.standardError() == "")
        }

        // Case 92
        @Test(
            "`| head -1` ends it with 141, with nothing on standard error",
            arguments: [[], ["lines"], ["lines", "count:trigger=1"]])
        func readerGoesAway(stages: [String]) async throws {
            let file = try scratch.file("in", String(repeating: "line after line after line\n", count: 100_000))
            let (read, write) = try Descriptor.pipe()
            _ = fcntl(read.number, F_SETFL, 0)
            let process = try ChildProcess(
                .connectctl,
                ["run", "--from", "file:\(file)"] + stages.flatMap { ["--through", $0] } + ["--to", "stdout:"],
                in: scratch, output: write)
            write.close()
            let lines = try Descriptor(scratch.path("lines"), O_WRONLY | O_CREAT | O_TRUNC)
            let head = try ChildProcess(.environment, ["head", "-n", "1"], in: scratch, input: read, output: lines)
            read.close()
            #expect(try await head.wait() == .exited(0))
            #expect(try scratch.text("lines") == (stages.count == 2 ? "1\n" : "line after line after line\n"))
            #expect(try await process.wait() == .exited(141))
            #expect(try process.standardError() == "")
        }

        // Case 92
        @Test("A reader that goes away ends a source that waits for more")
        func readerOfEndlessGoesAway() async throws {
            let fifo = try scratch.fifo("fifo")
            let (read, write) = try Descriptor.pipe()
            let process = try ChildProcess(
                .connectctl, ["run", "--from", "file:\(fifo)", "--through", "lines", "--to", "stdout:"], in: scratch,
                output: write)
            write.close()
            let writer = try Descriptor(fifo, O_RDWR)
            writer.write("first\n")
            try await eventually("the first line") { try read.read() == Data("first\n".utf8) }
            read.close()
            writer.write("second\n")
            #expect(try await process.wait() == .exited(141))
            #expect(try process.standardError() == "")
        }
    }
}

extension ChildProcess {
    /// Waits until a signal that was sent is no longer on its way, so that a second one does not become one with it.
    fileprivate func waitUntilTaken(_ signal: Int32) async throws {
        try await eventually("signal \(signal) is taken") {
            let status = try String(contentsOfFile: "/proc/\(self.id)/status", encoding: .utf8)
            return try ["SigPnd:", "ShdPnd:"].allSatisfy { key in
                let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(key) })
                let mask = try #require(UInt64(line.dropFirst(key.count).drop(while: \.isWhitespace), radix: 16))
                return mask & (1 << UInt64(signal - 1)) == 0
            }
        }
    }
}
