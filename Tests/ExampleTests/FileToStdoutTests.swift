import ProcessSupport
import Foundation
import Testing

extension ProcessTests {
    @Suite("file-to-stdout")
    struct FileToStdoutTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        @Test(
            "Writes a file as it is",
            arguments: [
                "", "\n", "\n\n\n", "a", "a\n", "a\nb", "a\r\nb\r\n", "a\rb", "\u{FEFF}a\n", "\0\n\0", "Grüße\n",
            ])
        func writesFile(_ content: String) async throws {
            // S-END-2, cases 97, 98
            let file = try scratch.file("in", content)
            let run = try await run(.fileToStdout, [file], in: scratch)
            expectQuietSuccess(run)
            #expect(run.text == content)
        }

        @Test("Writes several files one after the other, each line on its own")
        func writesSeveral() async throws {
            let files = [
                try scratch.file("1", "a\nb\n"), try scratch.file("2", ""), try scratch.file("3", "c"),
                try scratch.file("4", "d\n"),
            ]
            let run = try await run(.fileToStdout, files, in: scratch)
            expectQuietSuccess(run)
            #expect(run.text == "a\nb\nc\nd\n")
        }

        @Test("Unpacks what ends in .gz, all members of it")
        func unpacks() async throws {
            // case 72
            try scratch.file("one", "a\nb")
            try scratch.file("empty", "")
            try scratch.file("two", "c\nd")
            for name in ["one", "empty", "two"] { try await scratch.gzip(name) }
            let members = try scratch.data("one.gz") + scratch.data("empty.gz") + scratch.data("two.gz")
            let file = try scratch.file("members.gz", members)
            let run = try await run(.fileToStdout, [file], in: scratch)
            expectQuietSuccess(run)
            #expect(run.text == "a\nbc\nd")
        }

        @Test("Tells of a gzip file that is cut off or altered, after the good part")
        func refusesDamagedGzip() async throws {
            // S-ERR-2, case 72: what stands before it is delivered, and the status is 1.
            let content = Records.data(count: 20_000)
            try scratch.file("in", content)
            try await scratch.gzip("in")
            var packed = try Data(contentsOf: scratch.url("in.gz"))
            let cut = try await run(
                .fileToStdout, [scratch.file("cut.gz", packed.prefix(packed.count / 2))], in: scratch)
            expectFailure(cut, says: "cut.gz", "end")
            #expect(cut.output.count > 0 && content.starts(with: cut.output))
            packed[packed.count - 6] ^= 1
            let altered = try await run(.fileToStdout, [scratch.file("altered.gz", packed)], in: scratch)
            expectFailure(altered, says: "altered.gz")
            #expect(content.starts(with: altered.output))
        }

        @Test("Tells of a missing file in one line before anything is written")
        func refusesMissing() async throws {
            let good = try scratch.file("good", "a\n")
            for files in [[scratch.path("missing")], [good, scratch.path("missing")]] {
                let run = try await run(.fileToStdout, files, in: scratch)
                expectFailure(run, says: scratch.path("missing"), "No such file or directory")
                #expect(run.output.isEmpty)
            }
        }

        @Test("Tells of a directory in one line before anything is written")
        func refusesDirectory() async throws {
            let good = try scratch.file("good", "a\n")
            let run = try await run(.fileToStdout, [good, scratch.directory.path], in: scratch)
            expectFailure(run, says: scratch.directory.path, "is a directory")
            #expect(run.output.isEmpty)
        }

        @Test(
            "Tells of a file that may not be read", .enabled(if: geteuid() != 0, "skipped: needs a user without rights")
        )
        func refusesForbidden() async throws {
            let file = try scratch.file("secret", "a\n")
            chmod(file, 0)
            expectFailure(try await run(.fileToStdout, [file], in: scratch), says: file, "Permission denied")
        }

        @Test("Says how it is called where it is called wrongly")
        func saysUsage() async throws {
            // case 79
            let run = try await run(.fileToStdout, [], in: scratch)
            expectFailure(run, status: 2, says: "usage: file-to-stdout")
            #expect(run.output.isEmpty)
        }

        @Test("Shows its plan and reads nothing")
        func showsPlan() async throws {
            let run = try await run(.fileToStdout, ["--plan", "/missing.gz"], in: scratch)
            expectQuietSuccess(run)
            #expect(run.text.contains("StandardOutput"))
            #expect(run.text.uppercased().contains("GUNZIP"))
        }

        @Test("Reads files whatever their names are")
        func readsAnyName() async throws {
            // case 102
            for name in ["-n", "a\nb", "Ä ß", "*", String(repeating: "n", count: 255)] {
                let file = try scratch.file(name, "\(name.count)\n")
                let run = try await run(.fileToStdout, [file], in: scratch)
                expectQuietSuccess(run)
                #expect(run.text == "\(name.count)\n")
            }
        }
    }
}
