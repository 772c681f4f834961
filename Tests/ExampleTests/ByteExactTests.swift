import ConnectTesting
import ProcessSupport
import Foundation
import Testing

extension ProcessTests {
    @Suite("Bytes pass unchanged")
    struct ByteExactTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        /// Runs `file-to-stdout FILE | cmp - ORIGINAL`.
        private func expectSame(_ file: String, as original: String) async throws {
            let (read, write) = try Descriptor.pipe()
            _ = fcntl(read.number, F_SETFL, 0)
            let process = try ChildProcess(.fileToStdout, [file], in: scratch, output: write)
            write.close()
            let comparison = try await run(
                Program(at: "/usr/bin/env"), ["cmp", "-", original], in: scratch, input: read)
            read.close()
            #expect(try await process.wait() == .exited(0))
            #expect(comparison.ending == .exited(0), "\(comparison.text)\(comparison.errors)")
            #expect(try process.standardError() == "")
        }

        @Test("of a large file with all that may stand in one")
        func hostile() async throws {
            // cases 44, 92, 97, 98
            let file = try scratch.file(
                "in", HostileText.data(megabytes: Settings.isSoak ? 203 : 20, seed: Settings.seed))
            try await expectSame(file, as: file)
        }

        @Test("of the same, unpacked")
        func hostileGzip() async throws {
            let file = try scratch.file(
                "in", HostileText.data(megabytes: Settings.isSoak ? 203 : 12, seed: Settings.seed))
            try await expectSame(try await scratch.gzip("in"), as: file)
        }

        @Test("of each byte, alone and together")
        func allBytes() async throws {
            var all = Data(0...255)
            try await expectSame(scratch.file("all", all), as: scratch.path("all"))
            all = Data((0...255).flatMap { [UInt8($0), 0x0A] })
            try await expectSame(scratch.file("lines", all), as: scratch.path("lines"))
        }

        @Test("of an empty file, and of nothing but newlines", arguments: [0, 1, 1023, 1024, 1025, 300_000])
        func newlines(_ count: Int) async throws {
            let file = try scratch.file("in", Data(repeating: 0x0A, count: count))
            try await expectSame(file, as: file)
        }
    }
}

/// Text that no reader likes.
enum HostileText {
    /// Lines of all lengths with random bytes, CR LF, lone CR, NUL and empty lines; one line of 10 MB; at the end no
    /// newline.
    static func data(megabytes: Int, seed: UInt64) -> Data {
        print("hostile text: CONNECT_SEED=\(seed)")
        var random = SplitMix(seed: seed)
        let noise = Data((0..<131_072).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } })
        let ends = ["\n", "\r\n", "\n\n", "\r", "\0\n", "\n\r", "\u{2028}\n"].map { Data($0.utf8) }
        var data = Data(capacity: megabytes * 1_000_000 + 11_000_000)
        let longAt = Int.random(in: 0..<megabytes * 500_000, using: &random)
        var hasLong = false
        while data.count < megabytes * 1_000_000 {
            if !hasLong, data.count >= longAt {
                data.append(Data(repeating: 0xC3, count: 10_000_000))
                hasLong = true
            }
            let length = Int.random(in: 0..<(1 << Int.random(in: 0..<18, using: &random)), using: &random)
            let start = Int.random(in: 0..<noise.count - length, using: &random)
            data.append(noise[start..<start + length])
            data.append(ends[Int.random(in: 0..<ends.count, using: &random)])
        }
        return data + Data([0xFF, 0xFE])
    }
}
