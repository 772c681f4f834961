import Foundation
import ProcessSupport
import Testing

extension ProcessTests {
    @Suite("Examples on several instances")
    struct AcrossPeersTests {
        let scratch: Scratch
        let members: [String]

        init() throws {
            scratch = try Scratch()
            members = try FreePorts.draw(3).map { "127.0.0.1:\($0)" }
        }

        /// Runs a program on three instances, to the end of all.
        private func runShared(_ program: Program, _ arguments: [String]) async throws -> [Run] {
            let list = members.joined(separator: ",")
            let outputs = members.indices.map { "shared-\($0)" }
            let processes = try members.indices.map { place in
                try ChildProcess(
                    program, arguments + ["--peers", list, "--self", members[place]], in: scratch,
                    output: try Descriptor(scratch.path(outputs[place]), O_WRONLY | O_CREAT | O_TRUNC))
            }
            var runs: [Run] = []
            for (place, process) in processes.enumerated() {
                let ending = try await process.wait()
                runs.append(
                    Run(
                        ending: ending, output: try scratch.data(outputs[place]),
                        errors: try process.standardError()))
            }
            return runs
        }

        /// Expects that three instances print what one does, the last of them all of it.
        private func expectSame(_ program: Program, _ arguments: [String]) async throws -> Data {
            let alone = try await run(program, arguments, in: scratch)
            expectQuietSuccess(alone)
            let shared = try await runShared(program, arguments)
            for run in shared { expectQuietSuccess(run) }
            #expect(shared[0].output.isEmpty && shared[1].output.isEmpty)
            #expect(shared[2].output == alone.output)
            return alone.output
        }

        private func files() throws -> [String] {
            try (0..<12).map { file in
                let lines = (0..<(file * 150)).map { "line \($0) of \(file)\($0 % 3 == 0 ? " with an ERROR" : "")\n" }
                return try scratch.file("log-\(file)", lines.joined())
            }
        }

        // S-NET-1, S-NET-2, S-NET-3
        @Test("files-across-peers prints the lines in the order of the files, whoever has read them")
        func readsFiles() async throws {
            let files = try files()
            let output = try await expectSame(.filesAcrossPeers, ["ERROR", "file://\(files[0])"] + files[1...])
            #expect(output.count { $0 == UInt8(ascii: "\n") } == (0..<12).map { $0 * 50 }.reduce(0, +))
        }

        // S-NET-4, S-ERR-1
        @Test("A file that one instance cannot read fails all, with its name")
        func missesFile() async throws {
            let files = try files()
            for run in try await runShared(.filesAcrossPeers, ["ERROR"] + files + ["/nowhere/at all"]) {
                #expect(run.ending == .exited(1))
                #expect(run.errors.contains("/nowhere/at all cannot be read"), "\(run.errors)")
            }
        }

        // S-NET-1, S-NET-3
        @Test("xml-filter-across-peers prints what a straight computation gives")
        func filtersXML() async throws {
            let output = try await expectSame(.xmlFilterAcrossPeers, ["--count", "5000"])
            let expected = (0..<5_000).filter { $0 * 7 % 100 >= 50 }.map {
                "<invoice order=\"\($0)\" sum=\"\($0 * 7 % 100)\"><note>a &amp; b</note></invoice>\n"
            }
            #expect(String(decoding: output, as: UTF8.self) == expected.joined())
        }

        // S-NET-3, S-PLAN-1, G53
        @Test("A program that says nothing of instances prints the same on three, whether it has work to share or not")
        func injected() async throws {
            let lines = (0..<3_000).map { "{\"n\":\($0),\"debug\":true}\n" }.joined()
            let file = try scratch.file("in.ndjson", lines)
            #expect(try await expectSame(.ndjsonFilter, ["n >= 1000", file]).count > 10_000)
            // The counts before the last one depend on the time.
            let counts = try await runShared(.gzipLinesCount, [try await scratch.gzip("in.ndjson")])
            for run in counts { expectQuietSuccess(run) }
            #expect(counts[0].text + counts[1].text == "" && counts[2].text.hasSuffix("3000\n"))
        }

        // S-NET-1
        @Test(
            "What is said of instances and does not fit together is refused with status 2",
            arguments: [
                (["--self", "127.0.0.1:1"], "--self belongs to --peers"),
                (["--peers", "127.0.0.1:1,127.0.0.1:1"], "stands in the list twice"),
                (["--peers", "127.0.0.1:1", "--peers-key", "k"], "belong together"),
                (["--peers", "127.0.0.1:1", "--peers-secret-file", "/nowhere"], "/nowhere with the shared secret"),
                (["--count", "1", "--peers"], "--peers is the last word"),
            ])
        func refused(arguments: [String], words: String) async throws {
            let run = try await run(.xmlFilterAcrossPeers, arguments, in: scratch)
            #expect(run.ending == .exited(2))
            #expect(run.errors.contains(words), "\(run.errors)")
        }
    }
}
