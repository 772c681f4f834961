import ProcessSupport
import Foundation
import Testing

extension ProcessTests {
    @Suite("gzip-lines-count")
    struct GzipLinesCountTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        @Test("Counts the lines of all its files, whatever their names are")
        func counts() async throws {
            try scratch.file("many", Records.data(count: 100_000))
            try scratch.file("unterminated", "a\nb")
            try await scratch.gzip("many")
            try await scratch.gzip("unterminated")
            let members = try scratch.file(
                "members", scratch.data("many.gz") + scratch.data("unterminated.gz") + scratch.data("many.gz"))
            let run = try await run(.gzipLinesCount, [members, scratch.path("many.gz")], in: scratch)
            expectQuietSuccess(run)
            #expect(run.text.split(separator: "\n").last == "300001")
        }

        @Test("Counts while a file is still being written", .enabled(if: Settings.hasProc))
        func countsMeanwhile() async throws {
            // S-TRG-1, case 39: the count comes without another line.
            try scratch.file("in", "a\nb\nc\n")
            try await scratch.gzip("in")
            let fifo = try scratch.fifo("fifo")
            let (read, write) = try Descriptor.pipe()
            let process = try ChildProcess(.gzipLinesCount, [fifo], in: scratch, output: write)
            write.close()
            let writer = try Descriptor(fifo, O_RDWR)
            writer.write(try scratch.data("in.gz"))
            var text = ""
            try await eventually("the count so far") {
                text += String(decoding: try read.read() ?? Data(), as: UTF8.self)
                return text.hasPrefix("3\n")
            }
            #expect(process.poll() == nil)
        }

        @Test("Fails where a file is not gzip", arguments: ["plain text\n", "\u{1F}"])
        func refusesPlain(_ content: String) async throws {
            let run = try await run(.gzipLinesCount, [scratch.file("in.gz", content)], in: scratch)
            expectFailure(run, says: "in.gz")
        }
    }
}
