import ProcessSupport
import Foundation
import Testing

extension ProcessTests {
    @Suite("Where the output ends")
    struct EndOfOutputTests {
        let scratch: Scratch
        let file: String

        init() throws {
            scratch = try Scratch()
            file = try scratch.file("in", Records.data(count: 50_000))
        }

        @Test("`| head -1` ends quietly with status 141, as the system's own programs do", arguments: [false, true])
        func readerGoesAway(ignoresSignal: Bool) async throws {
            // case 92
            let (read, write) = try Descriptor.pipe()
            _ = fcntl(read.number, F_SETFL, 0)
            let words = [
                "-c", (ignoresSignal ? "trap '' PIPE; " : "") + "exec \"$0\" \"$1\"", Program.fileToStdout.path, file,
            ]
            let process = try ChildProcess(.shell, words, in: scratch, output: write)
            write.close()
            let head = try await run(Program(at: "/usr/bin/env"), ["head", "-n", "1"], in: scratch, input: read)
            read.close()
            #expect(head.text.hasPrefix("000000000"))
            #expect(try await process.wait() == .exited(141))
            #expect(try process.standardError() == "")
        }

        @Test("A reader that goes away ends an endless source too")
        func readerOfEndlessGoesAway() async throws {
            // case 92: the source waits for more, and must be told.
            let fifo = try scratch.fifo("fifo")
            let (read, write) = try Descriptor.pipe()
            let process = try ChildProcess(.fileToStdout, [fifo], in: scratch, output: write)
            write.close()
            let writer = try Descriptor(fifo, O_RDWR)
            writer.write("first\n")
            try await eventually("the first line") { try read.read() == Data("first\n".utf8) }
            read.close()
            writer.write("second\n")
            #expect(try await process.wait(within: .seconds(3)) == .exited(141))
            #expect(try process.standardError() == "")
        }

        @Test("A full device is a failure with one line of explanation", .enabled(if: access("/dev/full", W_OK) == 0))
        func deviceIsFull() async throws {
            // case 91
            for input in [file, try scratch.file("small", "a\n")] {
                let full = try Descriptor("/dev/full", O_WRONLY)
                let process = try ChildProcess(.fileToStdout, [input], in: scratch, output: full)
                #expect(try await process.wait() == .exited(1))
                let errors = try process.standardError()
                #expect(errors.contains("No space left on device") && errors.contains("standard output"))
                #expect(errors.count { $0 == "\n" } == 1)
            }
        }

        @Test("Started without standard output it says so")
        func outputIsClosed() async throws {
            let run = try await run(
                .shell, ["-c", "exec \"$0\" \"$1\" >&-", Program.fileToStdout.path, file], in: scratch)
            expectFailure(run, says: "standard output")
        }
    }
}
