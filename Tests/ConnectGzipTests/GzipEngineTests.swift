import ConnectTesting
import Testing

@testable import ConnectGzip

@Suite("The gzip engine")
struct GzipEngineTests {
    struct Readable: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let text: String
    }

    static let readable: [Readable] = [
        .init(testDescription: "one member", bytes: gzip("hello, world\n"), text: "hello, world\n"),
        .init(testDescription: "two members", bytes: gzip("hello, ") + gzip("world\n\n"), text: "hello, world\n\n"),
        .init(testDescription: "one empty member", bytes: gzip(""), text: ""),
        .init(testDescription: "an empty member between", bytes: gzip("a") + gzip("") + gzip("b"), text: "ab"),
        .init(testDescription: "empty members at both ends", bytes: gzip("") + gzip("a") + gzip(""), text: "a"),
        .init(testDescription: "many members", bytes: (0..<300).flatMap { gzip("\($0),") }, text: list(300)),
        .init(testDescription: "one zero of padding", bytes: gzip("a") + [0], text: "a"),
        .init(testDescription: "a block of padding", bytes: gzip("a") + [UInt8](repeating: 0, count: 512), text: "a"),
        .init(testDescription: "stored blocks", bytes: member("stored"), text: "stored"),
        .init(
            testDescription: "gzip(1), level 9, with a name and a time", bytes: fromGzip, text: "gzip(1) wrote this\n"),
    ]

    @Test("Members, empty members and zero padding are read", arguments: readable)
    func reads(_ sample: Readable) throws {
        #expect(try gunzip(sample.bytes) == Array(sample.text.utf8))
    }

    @Test("Input and output may be cut anywhere", arguments: readable)
    func readsCut(_ sample: Readable) throws {
        for (input, output) in [(1, 1), (1, 4096), (4096, 1), (2, 3), (7, 5), (19, 2)] {
            #expect(try gunzip(sample.bytes, inputStep: input, outputStep: output) == Array(sample.text.utf8))
        }
    }

    @Test("Every combination of header flags is read", arguments: UInt8(0)..<32)
    func readsHeaderFlags(_ flags: UInt8) throws {
        let bytes = member("first ", flags: flags) + member("second", flags: flags)
        for step in [1, 3, 4096] {
            #expect(try gunzip(bytes, inputStep: step) == Array("first second".utf8))
        }
    }

    @Test("A header check that is wrong is found", arguments: UInt8(0)..<32)
    func findsWrongHeaderCheck(_ flags: UInt8) throws {
        guard flags & 2 != 0 else { return }
        let bytes = member("x", flags: flags, headerCheckDelta: 1)
        #expect(try #require(failure(of: bytes)).code == .corruptHeader)
    }

    @Test("The counters follow the bytes, over all members")
    func counts() throws {
        let first = gzip("first")
        let second = gzip("second!")
        let inflater = try GzipInflater()
        _ = try gunzip(first + second + [0, 0], with: inflater)
        #expect(inflater.compressedOffset == first.count + second.count + 2)
        #expect(inflater.uncompressedOffset == 12)
        #expect(inflater.member == 2)
        #expect(inflater.memberStart == first.count)
        #expect(inflater.memberOutputStart == 5)
    }

    struct Damaged: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let code: GzipError.Code
        let compressedOffset: Int
        let uncompressedOffset: Int
        let member: Int

        init(
            _ name: String, _ bytes: [UInt8], _ code: GzipError.Code, at compressed: Int, _ plain: Int, member: Int = 1
        ) {
            testDescription = name
            self.bytes = bytes
            self.code = code
            compressedOffset = compressed
            uncompressedOffset = plain
            self.member = member
        }
    }

    /// `member` makes 10 bytes of header, 5 of block header, the text, 8 of trailer.
    static let damaged: [Damaged] = [
        .init("nothing", [], .truncated, at: 0, 0),
        .init("a header cut", Array(member("abc").prefix(3)), .truncated, at: 3, 0),
        .init("a body cut", Array(member("abc").prefix(17)), .truncated, at: 17, 2),
        .init("a trailer cut", Array(member("abc").prefix(20)), .truncated, at: 20, 3),
        .init("a second member cut", member("abc") + [0x1f], .truncated, at: 27, 3, member: 2),
        .init("text instead of gzip", Array("hello, world".utf8), .corruptHeader, at: 0, 0),
        .init("zeros instead of gzip", [0, 0, 0, 0], .corruptHeader, at: 0, 0),
        .init("half a signature", [0x1f, 0x8c, 8], .corruptHeader, at: 1, 0),
        .init("an unknown method", [0x1f, 0x8b, 7, 0], .corruptHeader, at: 2, 0),
        .init("a reserved flag", [0x1f, 0x8b, 8, 0x20], .corruptHeader, at: 3, 0),
        .init("an unknown block type", gzip("").prefix(10) + [7], .corruptBody, at: 11, 0),
        .init("a wrong CRC", change(member("abc"), at: 18), .incorrectDataCheck, at: 26, 3),
        .init("a wrong length", change(member("abc"), at: 22), .incorrectLengthCheck, at: 26, 3),
        .init("a changed byte", change(member("abc"), at: 16), .incorrectDataCheck, at: 26, 3),
        .init("a wrong CRC, 2nd", member("a") + change(member("b"), at: 16), .incorrectDataCheck, at: 48, 2, member: 2),
        .init("garbage", member("abc") + Array("garbage".utf8), .trailingGarbage, at: 26, 3),
        .init("garbage that begins as a member", member("abc") + [0x1f, 0x1f], .trailingGarbage, at: 26, 3),
        .init("garbage after the 2nd", member("a") + member("b") + [9], .trailingGarbage, at: 48, 2, member: 2),
        .init("garbage after padding", member("abc") + [0, 0, 1], .trailingGarbage, at: 28, 3),
        .init("a member after padding", member("abc") + [0, 0] + member("d"), .trailingGarbage, at: 28, 3),
    ]

    @Test("Damage is an error of its own kind that names its place, however the input is cut", arguments: damaged)
    func findsDamage(_ sample: Damaged) throws {
        for step in [1, 2, 4096] {
            let error = try #require(failure(of: sample.bytes, inputStep: step))
            #expect(error.code == sample.code)
            #expect(error.compressedOffset == sample.compressedOffset)
            #expect(error.uncompressedOffset == sample.uncompressedOffset)
            #expect(error.member == sample.member)
            #expect(error.isBadInput)
        }
    }

    @Test("An error says what was seen, where, and how to mend it")
    func describesErrors() throws {
        let error = try #require(failure(of: Array(gzip("hello").dropLast(3))))
        #expect(
            error.description == "gzip.truncated: the data end in the trailer of member 1 (member 1, compressed offset "
                + "22, uncompressed offset 5). The data were cut while being written or copied, or their writer has "
                + "not finished yet: fetch them again, or read them when they are complete."
        )
    }

    @Test("A file of two members cut at any byte but between them is truncated", arguments: [0, 31] as [UInt8])
    func findsEveryTruncation(_ flags: UInt8) throws {
        let first = member("the first", flags: flags)
        let whole = first + member("and the second", flags: flags)
        for count in 0..<whole.count where count != first.count {
            let (output, error) = read(Array(whole.prefix(count)))
            #expect(error?.code == .truncated, "cut at \(count)")
            #expect(error?.compressedOffset == count)
            #expect(error?.member == (count > first.count ? 2 : 1))
            #expect("the firstand the second".utf8.starts(with: output))
        }
        #expect(try gunzip(first) == Array("the first".utf8))
    }

    @Test("Any byte of a file changed to any other value is found, or changes nothing in the output")
    func findsEveryChange() {
        let text = Array("a text, a text and another text".utf8)
        let whole = gzip(text) + gzip(text.reversed())
        let expected = text + text.reversed()
        for index in whole.indices {
            for delta in UInt8(1)...255 {
                var changed = whole
                changed[index] ^= delta
                let (output, error) = read(changed)
                if error == nil { #expect(output == expected, "byte \(index) ^ \(delta)") }
            }
        }
    }

    @Test("Arbitrary bytes behind a valid header never do harm")
    func survivesNoise() {
        var random = SplitMix(seed: 7)
        for _ in 0..<5000 {
            let count = Int(random.next() % 200)
            let noise = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let flags = UInt8(truncatingIfNeeded: random.next())
            let (output, error) = read([0x1f, 0x8b, 8, flags] + noise, limit: 10_000)
            #expect(error != nil)
            #expect(output.count <= 10_000)
        }
    }

    @Test("After an error every call fails alike, until a reset")
    func isPoisonedUntilReset() throws {
        let inflater = try GzipInflater()
        let bad = change(gzip("abc"), at: 12)
        let first = try #require(throws: GzipError.self) { try gunzip(bad, with: inflater) }
        #expect(throws: first) { try gunzip(gzip("abc"), with: inflater, reset: false) }
        #expect(throws: first) { try inflater.finish() }
        #expect(try gunzip(gzip("abc"), with: inflater) == Array("abc".utf8))
    }

    @Test("Output up to the limit is given, the byte after it is an error", arguments: [0, 1, 2, 1000, 65536, 65537])
    func limitsOutput(_ count: Int) throws {
        let half = gzip([UInt8](repeating: 7, count: count / 2))
        let bytes = half + gzip([UInt8](repeating: 7, count: count - count / 2))
        for step in [1, 100, 65536] {
            #expect(try gunzip(bytes, outputStep: step, limit: count).count == count)
            guard count > 0 else { continue }
            let (output, error) = read(bytes, outputStep: step, limit: count - 1)
            #expect(error?.code == .outputLimitExceeded)
            #expect(output.count == count - 1)
            #expect(error?.uncompressedOffset == count - 1)
        }
    }

    @Test("A message of 100 kB that expands to 100 MB is stopped at the limit")
    func stopsBomb() throws {
        let bomb = gzip([UInt8](repeating: 0, count: 100_000_000))
        #expect(bomb.count < 100_000)
        let inflater = try GzipInflater()
        var size = 0
        let error = #expect(throws: GzipError.self) {
            try bomb.withUnsafeBytes { try inflater.inflateMessage($0, outputLimit: 1 << 20) { size += $0.count } }
        }
        #expect(error?.code == .outputLimitExceeded)
        #expect(size == 1 << 20)
        #expect(inflater.compressedOffset < 2000)
    }

    @Test("One reader reads many messages, also after a bad one")
    func readsMessages() throws {
        let inflater = try GzipInflater(outputLimit: 3)
        func message(_ bytes: [UInt8]) throws -> [UInt8] {
            var output: [UInt8] = []
            try bytes.withUnsafeBytes { try inflater.inflateMessage($0, outputLimit: 200_000) { output += $0 } }
            return output
        }
        for size in [0, 1, 1000, 65535, 65536, 65537, 200_000] {
            let text = (0..<size).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) }
            #expect(try message(gzip(text)) == text)
            #expect(throws: GzipError.self) { try message(gzip(text).dropLast()) }
        }
        #expect(throws: GzipError.self) { try message([]) }
        #expect(throws: GzipError.self) { try gunzip(gzip("long"), with: inflater) }
    }
}
