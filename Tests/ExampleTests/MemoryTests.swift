import ProcessSupport
import Foundation
import Testing

extension ProcessTests {
    @Suite(
        "Memory stays flat",
        .enabled(if: Settings.hasProc && !TestBuild.isSanitized, "skipped: needs /proc, and no sanitizer"))
    struct MemoryTests {
        let scratch: Scratch
        /// More than a debug build needs for itself and its batches, and less than any of the inputs.
        static let limit = 40_000

        init() throws {
            scratch = try Scratch()
        }

        /// Reads the output to its end and looks at the memory meanwhile.
        ///
        /// - Returns: the most memory seen, in kilobytes
        private func readAll(_ read: Descriptor, _ process: ChildProcess, _ take: (Data) -> Void) async throws -> Int {
            var peak = 0
            try await eventually(within: .seconds(1800), "the end of the output") {
                while let data = try read.read() {
                    if data.isEmpty { return true }
                    take(data)
                }
                peak = max(peak, ProcessStatus(of: process)?.peakMemory ?? 0)
                return false
            }
            return peak
        }

        @Test("while nobody reads the output, also of a compressed file", arguments: [false, true])
        func stuckReader(isCompressed: Bool) async throws {
            // S-MEM-1
            let content = Records.data(count: Settings.isSoak ? 2_400_000 : 600_000)
            var file = try scratch.file("in", content)
            if isCompressed { file = try await scratch.gzip("in") }
            let (read, write) = try Descriptor.pipe()
            let process = try ChildProcess(.fileToStdout, [file], in: scratch, output: write)
            write.close()
            try await eventually("a full pipe") { read.available >= 32 * 1024 }
            let stuck = try await process.waitUntilIdle()
            #expect(stuck.peakMemory < MemoryTests.limit)
            var output = Data()
            let peak = try await readAll(read, process) { output += $0 }
            #expect(try await process.wait() == .exited(0))
            #expect(output == content)
            #expect(peak < MemoryTests.limit)
            print(
                "memory: \(content.count) bytes\(isCompressed ? ", gzip" : ""), stuck \(stuck.memory) kB, peak \(peak) kB"
            )
        }

        @Test("where one element becomes very many, through a buffer of one and four workers, in order")
        func multiplies() async throws {
            // S-MEM-2, S-ORD-1, cases 38, 47
            let count = Settings.isSoak ? 2_000_000 : 200_000
            let (read, write) = try Descriptor.pipe()
            let process = try ChildProcess(.shapes, ["multiply", "\(count)"], in: scratch, output: write)
            write.close()
            var output = Data()
            let peak = try await readAll(read, process) { output += $0 }
            #expect(try await process.wait() == .exited(0))
            #expect(output == Data((0..<count).lazy.map { "\($0)\n" }.joined().utf8))
            #expect(peak < MemoryTests.limit)
            print("memory: 1 into \(count), peak \(peak) kB")
        }

        @Test("of lines through a buffer of one")
        func passes() async throws {
            // S-MEM-2, case 47
            let content = Records.data(count: Settings.isSoak ? 2_200_000 : 20_000)
            let file = try scratch.file("in", content)
            let (read, write) = try Descriptor.pipe()
            let process = try ChildProcess(.shapes, ["pass", file], in: scratch, output: write)
            write.close()
            var output = Data()
            let peak = try await readAll(read, process) { output += $0 }
            #expect(try await process.wait() == .exited(0))
            #expect(output == content)
            #expect(peak < MemoryTests.limit)
            print("memory: \(content.count) bytes through a buffer of one, peak \(peak) kB")
        }

        @Test("where a small compressed file holds a line without end, which is refused")
        func bomb() async throws {
            // cases 72, 98: at most 64 MiB of a line are held, while it grows twice.
            try scratch.file("in", Data(count: 100_000_000))
            let file = try await scratch.gzip("in")
            let (read, write) = try Descriptor.pipe()
            let process = try ChildProcess(.fileToStdout, [file], in: scratch, output: write)
            write.close()
            var output = Data()
            let peak = try await readAll(read, process) { output += $0 }
            #expect(try await process.wait() == .exited(1))
            #expect(output.isEmpty)
            let errors = try process.standardError()
            #expect(errors.contains("67108864") && errors.count { $0 == "\n" } == 1, "\(errors)")
            #expect(peak < 3 * 64 * 1024 + MemoryTests.limit)
            print("memory: endless line, peak \(peak) kB")
        }
    }
}
