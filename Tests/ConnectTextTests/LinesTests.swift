import Testing

@testable import Connect
@testable import ConnectText

/// What counts as a line, what it costs and what is refused.
@Suite struct LinesTests {
    func split(
        _ text: String..., ending: Lines.LineEnding = .lf, maxLineBytes: Int = 1 << 20, limit: Int = 1024
    ) throws -> SplitterOutput<Bytes> {
        var offset = 0
        var parts: [StreamChunk] = []
        for (index, part) in text.enumerated() {
            let bytes = Bytes(part.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
            parts.append(
                StreamChunk(
                    stream: PartitionID(index: 0), offset: Int64(offset), bytes: bytes, isLast: index == text.count - 1)
            )
            offset += bytes.count
        }
        var lines = try Lines(lineEnding: ending, maxLineBytes: maxLineBytes).makeInstance()
        _ = try lines.resume(at: [], partitions: FakeRegistry("/var/log/x"))
        return run(&lines, parts, limit: { limit })
    }

    struct Sample: CustomTestStringConvertible, Sendable {
        var name: String
        var text: String
        var lf: [String]
        var any: [String]?
        var endsUnterminated = false
        var testDescription: String { name }
    }

    // Characters stand for single bytes here.
    static let samples = [
        Sample(name: "empty", text: "", lf: []),
        Sample(name: "one line", text: "a\n", lf: ["a"]),
        Sample(name: "no final newline", text: "a\nb", lf: ["a", "b"], endsUnterminated: true),
        Sample(name: "only a rest", text: "a", lf: ["a"], endsUnterminated: true),
        Sample(name: "empty lines", text: "\n\na\n\n", lf: ["", "", "a", ""]),
        Sample(name: "CRLF", text: "a\r\n\r\nb\r\n", lf: ["a\r", "\r", "b\r"], any: ["a", "", "b"]),
        Sample(name: "lone CR", text: "a\rb\r\rc\n", lf: ["a\rb\r\rc"]),
        Sample(name: "CR before CRLF", text: "a\r\r\n", lf: ["a\r\r"], any: ["a\r"]),
        Sample(name: "mixed", text: "a\r\nb\nc\rd\r\n", lf: ["a\r", "b", "c\rd\r"], any: ["a", "b", "c\rd"]),
        Sample(name: "CR at the end", text: "a\nb\r", lf: ["a", "b\r"], endsUnterminated: true),
        Sample(name: "NUL", text: "a\0b\n\0\n", lf: ["a\0b", "\0"]),
        Sample(name: "BOM", text: "\u{EF}\u{BB}\u{BF}a\nb\n", lf: ["\u{EF}\u{BB}\u{BF}a", "b"]),
        Sample(
            name: "invalid UTF-8", text: "\u{FF}\u{C0}\u{80}\n\u{E2}\u{82}\n",
            lf: ["\u{FF}\u{C0}\u{80}", "\u{E2}\u{82}"]),
        Sample(name: "UTF-16 LE", text: "\u{FF}\u{FE}a\0\n\0", lf: ["\u{FF}\u{FE}a\0", "\0"], endsUnterminated: true),
    ]

    // Cases 97, 98.
    @Test("What stands between newlines is a line, whatever it is", arguments: samples)
    func table(_ sample: Sample) throws {
        func bytes(_ text: String) -> Bytes { Bytes(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }) }
        let scalars = Array(sample.text.unicodeScalars)
        // Cut in two at every place, also between CR and LF.
        for cut in 0...scalars.count {
            func part(_ range: Range<Int>) -> String {
                var text = ""
                text.unicodeScalars.append(contentsOf: scalars[range])
                return text
            }
            for ending in [Lines.LineEnding.lf, .any] {
                let output = try split(part(0..<cut), part(cut..<scalars.count), ending: ending)
                let wanted = (ending == .any ? sample.any : nil) ?? sample.lf
                #expect(output.pieces.map(\.element) == wanted.map(bytes), "cut \(cut) \(ending)")
                #expect((output.pieces.last?.isUnterminated ?? false) == sample.endsUnterminated)
                #expect(output.completions == [0: Int64(scalars.count)])
            }
        }
    }

    @Test("A line of 10 MB is one element", arguments: [64, 256])
    func longLine(_ kibibytes: Int) throws {
        let line = [UInt8](repeating: 0x61, count: 10_000_000)
        let parts = chunks(line + [0x0A, 0x62, 0x0A], sizes: { kibibytes * 1024 })
        var lines = try Lines().makeInstance()
        let output = run(&lines, parts)
        #expect(output.pieces.map(\.element.count) == [10_000_000, 1])
        #expect(output.pieces.map(\.next) == [10_000_001, 10_000_003])
        #expect(output.pieces.first?.element == Bytes(line))
    }

    // Copied anew for each chunk it would be 1.6 TB, hours instead of a moment.
    @Test("A long line is collected in linear time", .timeLimit(.minutes(15)))
    func longLineInSmallChunks() throws {
        let chunk = Bytes([UInt8](repeating: 0x61, count: 100))
        var lines = try Lines().makeInstance()
        var batch = SourceBatch<Bytes>(capacity: 4)
        for index in 0..<180_000 {
            try lines.push(StreamChunk(stream: PartitionID(index: 0), offset: Int64(index * 100), bytes: chunk))
            _ = try lines.pull(into: &batch)
        }
        try lines.push(StreamChunk(stream: PartitionID(index: 0), offset: 18_000_000, bytes: "\n"))
        _ = try lines.pull(into: &batch)
        #expect(batch.batch[0].count == 18_000_000)
    }

    @Test("A line of exactly maxLineBytes passes, one more is an error", arguments: [1, 2, 3, 7, 100])
    func limit(_ cut: Int) throws {
        let good = "ab\n" + String(repeating: "x", count: 10) + "\n"
        for tail in ["", "yz\n", "y"] {
            let text = good + tail
            let index = text.index(text.startIndex, offsetBy: min(cut, text.count))
            let output = try split(String(text[..<index]), String(text[index...]), maxLineBytes: 10)
            #expect(output.error == nil)
            #expect(output.pieces.count == (tail.isEmpty ? 2 : 3))
        }
        for bad in [good + "01234567890\nzz\n", good + "01234567890", good + "01234567890123456789"] {
            let index = bad.index(bad.startIndex, offsetBy: min(cut, bad.count))
            let output = try split(String(bad[..<index]), String(bad[index...]), maxLineBytes: 10)
            // S-ERR-2: what stands before it is delivered.
            #expect(output.pieces.map(\.next) == [3, 14])
            #expect(output.completions.isEmpty)
            #expect(output.error?.code == .limitExceeded)
            #expect(output.error?.offset == 14)
            #expect(output.error?.description.contains("/var/log/x") == true)
            #expect(output.error?.description.contains("byte 14") == true)
            #expect(output.error?.description.contains("0123") == false)
        }
    }

    @Test("An endless line is stopped at the limit, not when it ends")
    func endless() throws {
        var lines = try Lines(maxLineBytes: 1000).makeInstance()
        var batch = SourceBatch<Bytes>(capacity: 4)
        let chunk = Bytes([UInt8](repeating: 0x61, count: 300))
        func push(_ index: Int) throws {
            try lines.push(
                StreamChunk(stream: PartitionID(index: 0), offset: Int64(index * 300), bytes: chunk))
            _ = try lines.pull(into: &batch)
        }
        for index in 0..<3 { try push(index) }
        #expect(throws: CoderError.self) { try push(3) }
        // And stays stopped.
        #expect(throws: CoderError.self) { try push(4) }
    }

    @Test("A limit below 1 is refused", arguments: [0, -1, Int.min])
    func refusesLimit(_ limit: Int) {
        #expect(throws: CoderError.self) { try Lines(maxLineBytes: limit).makeInstance() }
    }

    @Test("A chunk that does not follow the one before it is refused in the middle of a line")
    func gap() throws {
        var lines = try Lines().makeInstance()
        var batch = SourceBatch<Bytes>(capacity: 4)
        func push(_ offset: Int64, _ bytes: Bytes) throws {
            try lines.push(StreamChunk(stream: PartitionID(index: 0), offset: offset, bytes: bytes))
            _ = try lines.pull(into: &batch)
        }
        try push(0, "a\n")
        try push(100, "b\nc")
        #expect(batch.count == 2)
        #expect(throws: CoderError.self) { try push(102, "d\n") }
    }

    @Test("The last line stays unterminated only where nothing follows it in the batch")
    func unterminatedInTheMiddle() throws {
        var lines = try Lines().makeInstance()
        let parts = [
            StreamChunk(stream: PartitionID(index: 0), offset: 0, bytes: "a", isLast: true),
            StreamChunk(stream: PartitionID(index: 1), offset: 0, bytes: "b\n", isLast: true),
        ]
        #expect(run(&lines, parts).pieces.map(\.isUnterminated) == [false, false])
        lines = try Lines().makeInstance()
        #expect(run(&lines, parts, sendsEarly: { true }).pieces.map(\.isUnterminated) == [true, false])
    }
}
