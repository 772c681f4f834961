import Testing

@testable import Connect
@testable import ConnectGzip

/// What `Gunzip` refuses, and what it gives out before.
@Suite struct SplitterGunzipErrorTests {
    static let whole = gzip(list(300)) + member("the end")

    func unpack(
        _ bytes: [UInt8], size: Int = 50, at offset: Int64? = nil, name: String = "/data/x.gz"
    ) throws -> SplitterOutput<StreamChunk> {
        var instance = try Gunzip(chunkBytes: 64).makeInstance()
        let positions = offset.map { [Position(partition: name, offset: $0)] } ?? []
        _ = try instance.resume(at: positions, partitions: FakeRegistry([name]))
        return run(&instance, chunks(bytes, size: size))
    }

    // S-ERR-2: what stands before the failure is delivered.
    @Test("A file that is cut is an error that names the stream and both offsets", arguments: [1, 50, 10_000])
    func truncated(_ size: Int) throws {
        let text = Array((list(300) + "the end").utf8)
        let boundary = gzip(list(300)).count
        for count in 0..<Self.whole.count where count != boundary {
            let output = try unpack(Array(Self.whole[..<count]), size: size)
            let error = try #require(output.error, "cut at \(count)")
            #expect(error.code == .truncated)
            #expect(error.offset == Int64(count))
            #expect(error.description.contains("/data/x.gz"))
            #expect(error.description.contains("unpacked offset \(output.bytes().count)"))
            #expect(text.starts(with: output.bytes()))
            #expect(output.completions.isEmpty)
            #expect(!output.elements.contains { $0.isLast })
        }
    }

    @Test("Where the data are cut does not change what comes out before an error")
    func sameOutput() throws {
        var damaged = Self.whole
        damaged[gzip(list(300)).count - 6] ^= 1
        let first = try unpack(damaged, size: 10_000)
        #expect(first.error?.code == .malformed)
        #expect(first.bytes() == Array(list(300).utf8))
        for size in [1, 2, 3, 50, 333] {
            let other = try unpack(damaged, size: size)
            #expect(other.bytes() == first.bytes())
            #expect(other.error?.description == first.error?.description)
        }
    }

    @Test("Each kind of damage has its code")
    func codes() throws {
        #expect(try unpack(Array("plain text".utf8)).error?.code == .malformed)
        #expect(try unpack(Self.whole + Array("garbage".utf8)).error?.code == .malformed)
        #expect(try unpack([]).error?.code == .truncated)
    }

    @Test("After an error every call fails")
    func staysFailed() throws {
        var instance = try Gunzip().makeInstance()
        var batch = SourceBatch<StreamChunk>(capacity: 4)
        let chunk = StreamChunk(stream: PartitionID(index: 0), offset: 0, bytes: "plain text")
        try instance.push(chunk)
        for _ in 0..<2 { #expect(throws: CoderError.self) { _ = try instance.pull(into: &batch) } }
        #expect(throws: CoderError.self) { try instance.push(chunk) }
    }

    @Test("A stream that does not begin at its beginning, or has a gap, is refused", arguments: [0, 1])
    func gap(_ pushed: Int) throws {
        var instance = try Gunzip().makeInstance()
        var batch = SourceBatch<StreamChunk>(capacity: 4)
        let parts = chunks(Self.whole, size: 20)
        for chunk in parts.prefix(pushed) {
            try instance.push(chunk)
            _ = try instance.pull(into: &batch)
        }
        #expect(throws: CoderError.self) { try instance.push(parts[pushed + 1]) }
    }

    @Test("A stream that ends before the place to go on is refused, one that ends there is complete")
    func shorter() throws {
        let bytes = gzip("twelve bytes")
        let there = try unpack(bytes, at: 12)
        #expect(there.error == nil)
        #expect(there.elements.map(\.bytes.count) == [0])
        #expect(there.completions == [0: 12])
        let beyond = try unpack(bytes, at: 13)
        #expect(beyond.error?.code == .truncated)
        #expect(beyond.error?.description.contains("13") == true)
        #expect(beyond.elements.isEmpty)
        #expect(beyond.completions.isEmpty)
    }
}
