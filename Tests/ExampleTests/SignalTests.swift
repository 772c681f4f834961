import ProcessSupport
import Foundation
import Testing

extension ProcessTests {
    @Suite("Signals")
    struct SignalTests {
        let scratch: Scratch
        let fifo: String

        init() throws {
            scratch = try Scratch()
            fifo = try scratch.fifo("fifo")
        }

        @Test(
            "SIGTERM and SIGINT while the source waits: what was read is written, and the status is 0",
            arguments: [SIGTERM, SIGINT])
        func stopsWaiting(_ signal: Int32) async throws {
            // S-END-4, case 83
            let (read, write) = try Descriptor.pipe()
            let process = try ChildProcess(.fileToStdout, [fifo], in: scratch, output: write)
            write.close()
            let writer = try Descriptor(fifo, O_RDWR)
            writer.write("one\ntwo\n")
            var text = ""
            try await eventually("both lines") {
                text += String(decoding: try read.read() ?? Data(), as: UTF8.self)
                return text == "one\ntwo\n"
            }
            let start = ContinuousClock.now
            process.send(signal)
            #expect(try await process.wait() == .exited(0))
            expectPrompt(since: start)
            #expect(try process.standardError() == "")
        }

        @Test("SIGTERM while the output is slow: everything read before comes out whole, and the status is 0")
        func drains() async throws {
            // S-END-4, cases 5, 83
            let content = Records.data(count: 100_000)
            let file = try scratch.file("in", content)
            let (read, write) = try Descriptor.pipe()
            let process = try ChildProcess(.fileToStdout, [file], in: scratch, output: write)
            write.close()
            try await eventually("a full pipe") { read.available >= 32 * 1024 }
            let start = ContinuousClock.now
            process.send(SIGTERM)
            let output = try await read.readAll()
            #expect(try await process.wait() == .exited(0))
            expectPrompt(since: start)
            #expect(try process.standardError() == "")
            #expect(content.starts(with: output))
            #expect(output.last == 0x0A)
            #expect(output.count < content.count)
        }

        @Test("A second signal ends a drain that hangs at once", arguments: [SIGTERM, SIGINT])
        func secondSignal(_ signal: Int32) async throws {
            // S-END-4, cases 83, 86
            let file = try scratch.file("in", Records.data(count: 100_000))
            let (read, write) = try Descriptor.pipe()
            let process = try ChildProcess(.fileToStdout, [file], in: scratch, output: write)
            write.close()
            try await eventually("a full pipe") { read.available >= 32 * 1024 }
            // Before it has filled the pipe it could still drain.
            _ = try await process.waitUntilIdle()
            process.send(SIGTERM)
            _ = try await process.waitUntilIdle()
            #expect(process.poll() == nil)
            let start = ContinuousClock.now
            process.send(signal)
            #expect(try await process.wait() == .exited(128 + signal))
            expectPrompt(since: start)
            #expect(try process.standardError() == "")
        }

        @Test("Other signals do what the system does by default", arguments: [SIGHUP, SIGUSR1])
        func otherSignals(_ signal: Int32) async throws {
            // case 86
            let (read, write) = try Descriptor.pipe()
            let process = try ChildProcess(.fileToStdout, [fifo], in: scratch, output: write)
            let writer = try Descriptor(fifo, O_RDWR)
            writer.write("one\n")
            try await eventually("the line") { read.available == 4 }
            process.send(signal)
            #expect(try await process.wait() == .killed(by: signal))
        }

        @Test("A signal right after the start ends it too, with nothing half done")
        func earlySignal() async throws {
            // cases 5, 83: before the signal is caught the system's default ends the process, and nothing was written.
            let content = Records.data(count: 100_000)
            let file = try scratch.file("in", content)
            for _ in 0..<10 {
                let output = try Descriptor(scratch.path("out"), O_WRONLY | O_CREAT | O_TRUNC)
                let process = try ChildProcess(.fileToStdout, [file], in: scratch, output: output)
                process.send(SIGTERM)
                let ending = try await process.wait(within: .seconds(5))
                let written = try scratch.data("out")
                #expect(ending == .exited(0) || (ending == .killed(by: SIGTERM) && written.isEmpty))
                #expect(content.starts(with: written) && (written.isEmpty || written.last == 0x0A))
            }
        }

        /// The promise is a second; a busy machine gets three.
        private func expectPrompt(since start: ContinuousClock.Instant) {
            #expect(ContinuousClock.now - start < .seconds(TestBuild.isSanitized ? 30 : 3))
        }
    }
}
