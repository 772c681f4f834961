import Testing

@testable import Connect

@Suite("Bytes of a batch where they stand")
struct SinkBatchBytesTests {
    private static let large = String(repeating: "x", count: 5000)

    private func lineRuns(_ batch: borrowing Batch<Bytes>, _ range: Range<Int>? = nil) -> [String] {
        var runs: [String] = []
        batch.forEachLineRun(in: range ?? 0..<batch.count) { runs.append(String(decoding: $0, as: UTF8.self)) }
        return runs
    }

    private func rawRuns(_ batch: borrowing Batch<Bytes>, _ range: Range<Int>? = nil) -> [String] {
        var runs: [String] = []
        batch.forEachRun(in: range ?? 0..<batch.count) { runs.append(String(decoding: $0, as: UTF8.self)) }
        return runs
    }

    @Test func `elements that stand together are one piece`() {
        let batch = makeBatch(["one", "", "three"])
        #expect(lineRuns(batch) == ["one\n\nthree\n"])
        #expect(lineRuns(batch, 1..<3) == ["\nthree\n"])
        #expect(lineRuns(batch, 2..<2) == [])
        #expect(rawRuns(batch) == ["one", "three"])
    }

    // Rule 6: a missing last newline stays missing.
    @Test func `an unterminated last element gets no newline, wherever its part of the batch begins`() {
        let batch = makeBatch(["one", "two"], endsUnterminated: true)
        #expect(lineRuns(batch) == ["one\ntwo"])
        #expect(lineRuns(batch, 0..<1) == ["one\n"])
        #expect(lineRuns(batch, 1..<2) == ["two"])
        #expect(lineRuns(makeBatch([Self.large], endsUnterminated: true)) == [Self.large])
        #expect(lineRuns(makeBatch([""], endsUnterminated: true)) == [])
    }

    @Test func `large elements are pieces of their own`() {
        let batch = makeBatch(["a", Self.large, Self.large, "b"])
        #expect(lineRuns(batch) == ["a\n", Self.large, "\n", Self.large, "\n", "b\n"])
        #expect(rawRuns(batch) == ["a", Self.large, Self.large, "b"])
        #expect(batch.byteCount(at: 0) == 1 && batch.byteCount(at: 1) == 5000)
        #expect(batch.withUnsafeBytes(at: 2) { $0.count } == 5000)
        #expect(batch.withUnsafeBytes(at: 3) { $0.first } == UInt8(ascii: "b"))
    }

    @Test func `elements with a hole between them are apart`() {
        var batch = makeBatch(["a", "b", "c", "d"])
        batch.column.ranges.pointer[1] = batch.column.ranges.pointer[2]
        batch.column.ranges.pointer[2] = batch.column.ranges.pointer[3]
        batch.truncate(to: 3)
        #expect(lineRuns(batch) == ["a\n", "c\nd\n"])
    }

    @Test func `where the buffer has no newlines they come as pieces`() {
        var batch = Batch<Bytes>(capacity: 2)
        batch.column.builder.append("ab")
        batch.column.ranges.pointer[0] = ByteRange(start: 0, count: 1)
        batch.column.ranges.pointer[1] = ByteRange(start: 1, count: 1)
        batch.column.isNewlineTerminated = false
        batch.filled = 2
        #expect(lineRuns(batch) == ["a", "\n", "b", "\n"])
        #expect(rawRuns(batch) == ["ab"])
    }

    // The buffer of a text's last line may end with the line, though the column says that its elements have newlines.
    @Test func `nothing behind the last element is taken for its newline`() {
        var batch = Batch<Bytes>(capacity: 1)
        batch.column.builder.append("ab")
        batch.column.ranges.pointer[0] = ByteRange(start: 0, count: 1)
        batch.filled = 1
        #expect(lineRuns(batch) == ["a", "\n"])
    }

    @Test func `a shared slice gives its own elements`() {
        var batch = makeBatch(["a", "b", "c"], endsUnterminated: true)
        var slice = Batch<Bytes>(capacity: 3)
        batch.moveFirst(2, into: &slice)
        #expect(lineRuns(slice) == ["a\nb\n"])
        #expect(lineRuns(batch) == ["c"])
    }

    @Test func `an error of the closure ends the walk`() {
        struct Enough: Error {}
        let batch = makeBatch(["a", Self.large, "b"])
        var seen = 0
        #expect(throws: Enough.self) {
            try batch.forEachLineRun { (_) throws(Enough) in
                seen += 1
                if seen == 2 { throw Enough() }
            }
        }
        #expect(seen == 2)
    }

    // The pieces of any batch, however it is laid out, are its elements and newlines.
    @Test(arguments: 0..<50) func `pieces add up`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let elements = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
            String(repeating: "e", count: [0, 1, 92, 1024, 1025].randomElement(using: &random) ?? 0)
        }
        let isUnterminated = Bool.random(using: &random)
        let batch = makeBatch(elements, endsUnterminated: isUnterminated && !elements.isEmpty)
        let middle = Int.random(in: 0...elements.count, using: &random)
        let expected = elements.map { $0 + "\n" }.joined().dropLast(isUnterminated && !elements.isEmpty ? 1 : 0)
        #expect((lineRuns(batch, 0..<middle) + lineRuns(batch, middle..<elements.count)).joined() == expected)
        #expect((rawRuns(batch, 0..<middle) + rawRuns(batch, middle..<elements.count)).joined() == elements.joined())
    }
}
