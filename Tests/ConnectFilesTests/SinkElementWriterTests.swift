import Testing

@testable import Connect
@testable import ConnectFiles

@Suite("Writing elements in few calls")
struct SinkElementWriterTests {
    private let files = MemoryFileSystem()

    private func written(_ framing: OutputFraming, _ write: (inout ElementWriter, any OpenFile) throws -> Void) throws
        -> String
    {
        let file = try files.open("out", FileAccess(.write, creates: true))
        var elements = ElementWriter(framing: framing)
        try write(&elements, file)
        return files.contents(of: "out") ?? ""
    }

    private var writes: [String] { files.operations.filter { $0.hasPrefix("write") } }

    @Test func `a batch of lines that stand together is one write of the memory it stands in`() throws {
        let lines = (0..<2000).map { "line \($0) \(String(repeating: "x", count: 80))" }
        let text = try written(.lines) { elements, file in
            let count = try elements.write(makeBatch(lines), 0..<lines.count, to: file)
            #expect(count == Int64(lines.joined(separator: "\n").utf8.count + 1))
        }
        #expect(text == lines.map { $0 + "\n" }.joined())
        #expect(writes == ["write out \(text.utf8.count)"])
    }

    @Test func `small pieces are gathered`() throws {
        let lines = (0..<1000).map { "\($0)" }
        let text = try written(.raw) { elements, file in
            _ = try elements.write(makeBatch(lines), 0..<lines.count, to: file)
        }
        #expect(text == lines.joined())
        #expect(writes.count == 1)
    }

    @Test func `newlines between large elements are no calls of their own`() throws {
        let lines = (0..<5).map { String(repeating: "\($0)", count: 100_000) }
        let text = try written(.lines) { elements, file in
            _ = try elements.write(makeBatch(lines), 0..<lines.count, to: file)
        }
        #expect(text == lines.map { $0 + "\n" }.joined())
        #expect(writes.count <= 11)
        #expect(writes.dropLast().allSatisfy { !$0.hasSuffix(" 1") })
    }

    // Rule 6, case 98
    @Test func `a missing newline is written once something follows`() throws {
        let text = try written(.lines) { elements, file in
            _ = try elements.write(makeBatch(["a", "b"], endsUnterminated: true), 0..<2, to: file)
            #expect(elements.isUnterminated)
            #expect(files.contents(of: "out") == "a\nb")
            _ = try elements.write(makeBatch([]), 0..<0, to: file)
            #expect(files.contents(of: "out") == "a\nb")
            _ = try elements.write(makeBatch(["c"], endsUnterminated: true), 0..<1, to: file)
            #expect(try elements.write(makeBatch(["d", "e"]), 0..<1, to: file) == 3)
        }
        #expect(text == "a\nb\nc\nd\n")
    }

    @Test func `raw elements get no newlines whatever ends them`() throws {
        let text = try written(.raw) { elements, file in
            _ = try elements.write(makeBatch(["a", "b"], endsUnterminated: true), 0..<2, to: file)
            _ = try elements.write(makeBatch(["c"]), 0..<1, to: file)
        }
        #expect(text == "abc")
    }

    // Cases 97, 98
    @Test func `any bytes pass unchanged`() throws {
        var batch = Batch<Bytes>(capacity: 256)
        for byte in 0..<256 { batch.append(Bytes([UInt8(byte), 13])) }
        let file = try files.open("out", FileAccess(.write, creates: true))
        var elements = ElementWriter(framing: .lines)
        _ = try elements.write(batch, 0..<256, to: file)
        let expected: [UInt8] = (0..<256).flatMap { [UInt8($0), 13, 10] }
        let read = try BytesBuffer.filled(capacity: 1000) { try file.read(into: $0) ?? 0 }
        // What was read begins where the write ended; read from the start instead.
        #expect(read.isEmpty)
        try file.seek(to: 0)
        #expect(try Array(BytesBuffer.filled(capacity: 1000) { try file.read(into: $0) ?? 0 }) == expected)
    }

    // Any sequence of sizes, cut into batches anywhere, gives the same bytes.
    @Test(arguments: 0..<30) func `the cut into batches cannot be seen`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let sizes = [0, 1, 92, 1025, 16_383, 16_384, 16_385, 65_535, 65_536, 70_000]
        let lines = (0..<30).map { "\($0)" + String(repeating: "x", count: sizes.randomElement(using: &random) ?? 0) }
        let text = try written(.lines) { elements, file in
            var rest = lines[...]
            while !rest.isEmpty {
                let taken = rest.prefix(Int.random(in: 0...5, using: &random))
                let isUnterminated = Bool.random(using: &random)
                _ = try elements.write(
                    makeBatch(taken, endsUnterminated: isUnterminated && !taken.isEmpty), 0..<taken.count, to: file)
                rest = rest.dropFirst(taken.count)
            }
        }
        let expected = lines.joined(separator: "\n")
        #expect(text == expected || text == expected + "\n")
    }
}
