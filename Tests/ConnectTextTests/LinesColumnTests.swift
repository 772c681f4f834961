import Testing

@testable import Connect
@testable import ConnectText

/// How lines stand in a batch: without copies, and never in memory that somebody else writes.
@Suite struct LinesColumnTests {
    func chunk(_ text: String, at offset: Int64 = 0, isLast: Bool = false) -> StreamChunk {
        StreamChunk(stream: PartitionID(index: 0), offset: offset, bytes: Bytes(text), isLast: isLast)
    }

    static let long = String(repeating: String(repeating: "x", count: 99) + "\n", count: 600)

    @Test("Lines of a large chunk refer to its buffer")
    func shares() throws {
        var lines = try Lines().makeInstance()
        var batch = SourceBatch<Bytes>(capacity: 2000)
        let chunk = chunk(Self.long)
        try lines.push(chunk)
        #expect(try lines.pull(into: &batch) == .needsInput)
        #expect(batch.count == 600)
        let (buffer, isTerminated) = (batch.batch.column.builder.buffer, batch.batch.column.isNewlineTerminated)
        #expect(buffer === chunk.bytes.buffer)
        #expect(isTerminated)
        #expect(batch.batch.byteCount == 60_000)
        #expect(batch.runs.count == 1)
        // A cleared column writes into a buffer of its own, even where nobody else seems to hold this one.
        batch.batch.clear()
        let (cleared, isShared) = (batch.batch.column.builder.buffer, batch.batch.column.isShared)
        #expect(cleared !== chunk.bytes.buffer)
        #expect(!isShared)
    }

    @Test("What is appended to a batch that shares a buffer does not touch it")
    func appendsBeside() throws {
        var batch = SourceBatch<Bytes>(capacity: 3000)
        let chunk = chunk(Self.long + "rest")
        let rules = LineRules(maxLineBytes: 1000, stripsCarriageReturns: false)
        let taken = batch.appendLines(of: chunk.bytes, partition: chunk.stream, offset: 0, rules: rules)
        #expect(taken == 60_000)
        batch.append("more", partition: chunk.stream, next: 60_010)
        #expect(batch.batch[600] == "more")
        #expect(batch.batch[599].count == 99)
        #expect(chunk.bytes[60_000..<60_004] == "rest")
    }

    @Test("A batch that shares a buffer is sent before another large chunk, and takes what straddles them")
    func oneBufferPerBatch() throws {
        var lines = try Lines().makeInstance()
        var batch = SourceBatch<Bytes>(capacity: 4000)
        try lines.push(chunk(Self.long + "begin"))
        #expect(try lines.pull(into: &batch) == .needsInput)
        try lines.push(chunk("end\n" + Self.long, at: 60_005))
        #expect(try lines.pull(into: &batch) == .batchFull)
        #expect(batch.count == 601)
        #expect(batch.batch[600] == "beginend")
        batch.batch.clear()
        batch.runs = []
        #expect(try lines.pull(into: &batch) == .needsInput)
        #expect(batch.count == 600)
    }

    @Test("Pieces of one buffer go on in one batch")
    func sameBuffer() throws {
        var lines = try Lines().makeInstance()
        let parts = chunks(Array(Self.long.utf8), sizes: { 20_000 }, sharesBuffer: true)
        let output = run(&lines, parts, limit: { 1024 })
        #expect(output.pieces.count == 600)
        #expect(output.batches == 1)
    }

    @Test("Small chunks are copied, and go on in one batch")
    func copiesSmall() throws {
        var lines = try Lines().makeInstance()
        let parts = chunks(Array((Self.long + Self.long).utf8), sizes: { 250 })
        let output = run(&lines, parts, limit: { 1024 })
        #expect(output.pieces.count == 1200)
        #expect(output.batches == 2)
    }

    // S-MEM-1: bounded in bytes.
    @Test("A batch ends when it has as many bytes as it may hold", arguments: [1, 4])
    func boundedInBytes(_ megabytes: Int) throws {
        var lines = try Lines().makeInstance()
        let line = String(repeating: "y", count: 8191) + "\n"
        let text = String(repeating: line, count: megabytes * 128)
        let output = run(&lines, [chunk(text, isLast: true)])
        #expect(output.pieces.count == megabytes * 128)
        // 8 lines of 8 KiB are 64 KiB, wherever in the chunk's buffer they stand.
        #expect(output.batches == megabytes * 16)
    }

    @Test("Stripped line ends are not taken for newlines in the buffer")
    func strippedIsNotTerminated() throws {
        let rules = LineRules(maxLineBytes: 1000, stripsCarriageReturns: true)
        for (text, isTerminated) in [("a\nb\n", true), ("a\r\nb\n", false)] {
            var batch = SourceBatch<Bytes>(capacity: 16)
            let bytes = Bytes(text)
            #expect(
                batch.appendLines(of: bytes, partition: PartitionID(index: 0), offset: 0, rules: rules) == bytes.count)
            let found = batch.batch.column.isNewlineTerminated
            #expect(found == isTerminated)
        }
    }

    @Test("A slice of a batch shares the buffer as well")
    func slices() throws {
        var lines = try Lines().makeInstance()
        var batch = SourceBatch<Bytes>(capacity: 2000)
        try lines.push(chunk("0123\n" + Self.long))
        _ = try lines.pull(into: &batch)
        var first = Batch<Bytes>(capacity: 0)
        batch.batch.moveFirst(3, into: &first)
        #expect(first.count == 3)
        #expect(first[0] == "0123")
        let isShared = first.column.isShared
        #expect(isShared)
        #expect(batch.batch[0].count == 99)
        #expect(batch.count == 598)
    }

    @Test("Positions of few lines at a time join one run")
    func joinsRuns() throws {
        var lines = try Lines().makeInstance()
        var batch = SourceBatch<Bytes>(capacity: 2000)
        for index in 0..<100 {
            try lines.push(chunk("a\nbc", at: Int64(index * 6)))
            _ = try lines.pull(into: &batch)
            try lines.push(chunk("d\n", at: Int64(index * 6 + 4)))
            _ = try lines.pull(into: &batch)
        }
        #expect(batch.count == 200)
        #expect(batch.runs.count == 1)
        #expect(batch.runs[0].position(below: 200) == 600)
        #expect(batch.runs[0].position(below: 199) == 596)
    }
}
