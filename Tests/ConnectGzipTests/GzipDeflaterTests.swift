import Foundation
import ConnectTesting
import Testing

@testable import ConnectGzip

@Suite("The gzip writer")
struct GzipDeflaterTests {
    /// Deflates with input and output cut into pieces.
    private func deflate(_ bytes: [UInt8], level: Int, inputStep: Int, outputStep: Int) throws -> [UInt8] {
        let deflater = try GzipDeflater(level: level)
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: outputStep, alignment: 1)
        defer { room.deallocate() }
        var output: [UInt8] = []
        for start in stride(from: 0, through: bytes.count, by: inputStep) {
            let piece = Array(bytes[start..<min(start + inputStep, bytes.count)])
            let isLast = start + inputStep > bytes.count
            var consumed = 0
            var progress = GzipDeflater.Progress.outputFull
            while progress == .outputFull {
                var produced = 0
                progress = try piece.withUnsafeBytes {
                    try deflater.deflate(
                        input: $0, consumed: &consumed, into: room, produced: &produced, finish: isLast)
                }
                output += room[..<produced]
            }
            #expect(progress == (isLast ? .finished : .needsInput))
            #expect(consumed == piece.count)
        }
        #expect(deflater.compressedOffset == output.count)
        #expect(deflater.uncompressedOffset == bytes.count)
        #expect(deflater.members == 1)
        return output
    }

    @Test("What is written is read back, at every level, however input and output are cut", arguments: 0...9)
    func roundTrips(_ level: Int) throws {
        var random = SplitMix(seed: UInt64(level))
        for size in [0, 1, 100, 70_000] {
            // Half text-like, half noise, so that every kind of block is made.
            let text = (0..<size).map { UInt8(truncatingIfNeeded: $0 % 3 == 0 ? random.next() : UInt64($0 >> 6)) }
            for (input, output) in [(1 << 20, 1 << 20), (1000, 77), (7, 1 << 20)] {
                let bytes = try deflate(text, level: level, inputStep: input, outputStep: output)
                #expect(try gunzip(bytes) == text)
            }
        }
        let short = try deflate(Array("short".utf8), level: level, inputStep: 1, outputStep: 1)
        #expect(try gunzip(short) == Array("short".utf8))
    }

    @Test("The header holds no time and no name, so equal input gives equal output")
    func isDeterministic() {
        let bytes = gzip("the same")
        #expect(Array(bytes.prefix(8)) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0])
        #expect(bytes == gzip("the same"))
    }

    @Test("After every flush of a member the bytes so far are a complete file")
    func flushesMembers() throws {
        let deflater = try GzipDeflater()
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 5, alignment: 1)
        defer { room.deallocate() }
        var output: [UInt8] = []
        func flush() throws {
            var progress = GzipDeflater.Progress.outputFull
            while progress == .outputFull {
                var produced = 0
                progress = try deflater.flushMember(into: room, produced: &produced)
                output += room[..<produced]
            }
        }
        func write(_ text: String) throws {
            var consumed = 0
            var progress = GzipDeflater.Progress.outputFull
            while progress == .outputFull {
                var produced = 0
                progress = try Array(text.utf8).withUnsafeBytes {
                    try deflater.deflate(input: $0, consumed: &consumed, into: room, produced: &produced, finish: false)
                }
                output += room[..<produced]
            }
        }
        try flush()
        #expect(output.isEmpty, "nothing is written before the first byte")
        var expected = ""
        for round in 0..<20 {
            try write("line \(round)\n")
            expected += "line \(round)\n"
            try flush()
            #expect(try gunzip(output) == Array(expected.utf8))
            let size = output.count
            try flush()
            #expect(output.count == size, "nothing to flush, nothing written")
        }
        #expect(deflater.members == 20)
    }

    @Test("Input given before a flush has come out waits for it and is not lost")
    func keepsInputBehindAnUnfinishedFlush() throws {
        let deflater = try GzipDeflater()
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 200, alignment: 1)
        defer { room.deallocate() }
        var produced = 0
        func write(_ text: String, room: UnsafeMutableRawBufferPointer, finish: Bool) throws -> GzipDeflater.Progress {
            var consumed = 0
            return try Array(text.utf8).withUnsafeBytes {
                try deflater.deflate(input: $0, consumed: &consumed, into: room, produced: &produced, finish: finish)
            }
        }
        #expect(try write("one ", room: room, finish: false) == .needsInput)
        let tight = UnsafeMutableRawBufferPointer(rebasing: room[..<(produced + 2)])
        #expect(try deflater.flushMember(into: tight, produced: &produced) == .outputFull)
        #expect(try write("two", room: room, finish: true) == .finished)
        #expect(deflater.members == 2)
        #expect(try gunzip(room[..<produced]) == Array("one two".utf8))
    }

    @Test("A reset forgets the open member")
    func resets() throws {
        let deflater = try GzipDeflater()
        var output: [UInt8] = []
        try Array("first".utf8).withUnsafeBytes { bytes in
            var (consumed, produced) = (0, 0)
            let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 1)
            defer { room.deallocate() }
            _ = try deflater.deflate(
                input: bytes, consumed: &consumed, into: room, produced: &produced, finish: false)
        }
        deflater.reset()
        try Array("second".utf8).withUnsafeBytes { try deflater.deflateMessage($0) { output += $0 } }
        #expect(output == gzip("second"))
    }

    @Test("A level outside 0...9 is refused with advice", arguments: [-1, 10, Int.max, Int.min])
    func refusesLevels(_ level: Int) {
        let error = #expect(throws: GzipError.self) { try GzipDeflater(level: level) }
        #expect(error?.code == .invalidLevel)
        #expect(error?.isBadInput == false)
    }

    @Test("gzip(1) reads what is written and the other way round", .enabled(if: systemGzip != nil))
    func agreesWithSystemGzip() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "connect-gzip-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "text")
        let packed = folder.appending(path: "text.gz")
        let text = Array(list(20_000).utf8)

        try Data(gzip(text) + gzip("") + gzip(text, level: 1) + [0, 0]).write(to: packed)
        #expect(try runGzip("-d", packed) == 0)
        #expect(try Array(Data(contentsOf: file)) == text + text)

        for level in 1...9 {
            try Data(text).write(to: file)
            #expect(try runGzip("-\(level)", file) == 0)
            #expect(try gunzip(Data(contentsOf: packed)) == text)
            try FileManager.default.removeItem(at: packed)
        }
    }
}

private let systemGzip = ["/usr/bin/gzip", "/bin/gzip"].first { FileManager.default.isExecutableFile(atPath: $0) }

private func runGzip(_ option: String, _ file: URL) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: try #require(systemGzip))
    process.arguments = ["--quiet", option, file.path()]
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
}
