import ConnectText
import Testing

@testable import Connect
@testable import ConnectGzip

/// `Gunzip`, the splitter of streams.
@Suite struct SplitterGunzipTests {
    static let text = "first\nsecond\r\n\n" + list(40) + "\nlast"

    /// Five members, one of them empty and one with all header fields, and zero padding.
    static let packed =
        gzip("first\nsec") + member("ond\r\n", flags: 0x1e) + gzip("") + gzip("\n" + list(40)) + member("\nlast")
        + [0, 0, 0]

    func unpack(
        _ chunks: [StreamChunk], _ gunzip: Gunzip = Gunzip(), at positions: [Position] = [], names: [String] = ["a.gz"],
        limit: Int = 1024
    ) throws -> SplitterOutput<StreamChunk> {
        var instance = try gunzip.makeInstance()
        _ = try instance.resume(at: positions, partitions: FakeRegistry(names))
        return run(&instance, chunks, limit: limit)
    }

    // Case 72.
    @Test("A file of several members is one stream, wherever it is cut", arguments: [1, 3, 64, 256 << 10])
    func cutAnywhere(_ chunkBytes: Int) throws {
        let bytes = Self.packed
        let cuts = (0...bytes.count).map { [$0] } + [[5, 5, 5], Array(1..<bytes.count)]
        for cut in cuts {
            for limit in [1, 1024] {
                let output = try unpack(chunks(bytes, cuts: cut), Gunzip(chunkBytes: chunkBytes), limit: limit)
                #expect(output.error == nil)
                #expect(output.bytes() == Array(Self.text.utf8))
                #expect(output.faults() == [])
                #expect(output.elements.allSatisfy { $0.bytes.count <= chunkBytes })
            }
        }
    }

    @Test("An end that comes alone ends the stream")
    func lateEnd() throws {
        let output = try unpack(chunks(gzip("text"), cuts: [gzip("text").count]))
        #expect(output.elements.map(\.isLast) == [false, true])
        #expect(output.faults() == [])
    }

    // S-ACK-6: nothing twice, nothing lost.
    @Test("Every offset goes on with exactly the rest", arguments: [1, 7, 1000])
    func resumes(_ size: Int) throws {
        let whole = Array(Self.text.utf8)
        for offset in 0...whole.count {
            var instance = try Gunzip(chunkBytes: 16).makeInstance()
            let wanted = Position(partition: "a.gz", offset: Int64(offset), detail: "inode 7")
            let input = try instance.resume(at: [wanted], partitions: FakeRegistry(["a.gz"]))
            #expect(input == [Position(partition: "a.gz", offset: 0, detail: "inode 7")])
            let output = run(&instance, chunks(Self.packed, size: size))
            #expect(output.bytes() == Array(whole[offset...]))
            #expect(output.faults(from: Int64(offset)) == [])
        }
    }

    // S-ACK-6, case 98: lines inside gzip, with a last one that has no newline.
    @Test("Every position of a line goes on with exactly the lines behind it", arguments: [1, 5, 1000])
    func resumesLines(_ size: Int) throws {
        let whole = Self.text.split(separator: UInt8(ascii: "\n"), in: Self.text)
        var position: Int64 = 0
        for index in 0...whole.count {
            var lines = try Lines().makeInstance()
            var gunzip = try Gunzip(chunkBytes: 32).makeInstance()
            let registry = FakeRegistry(["a.gz"])
            let wanted = [Position(partition: "a.gz", offset: position)]
            let input = try gunzip.resume(at: lines.resume(at: wanted, partitions: registry), partitions: registry)
            #expect(input.map(\.offset) == [0])
            let unpacked = run(&gunzip, chunks(Self.packed, size: size)).elements
            let output = run(&lines, unpacked)
            #expect(output.elements.map(\.description) == Array(whole[index...]))
            #expect(output.completions == [0: Int64(Self.text.utf8.count)])
            if let next = output.nexts.first { position = next }
        }
    }

    @Test("A packed stream goes through a pipeline as lines")
    func pipeline() async throws {
        let sink = CollectSink<Bytes>()
        try await Pipeline("gunzip").root(ListSource(chunks(Self.packed, size: 10)))
            .apply(Gunzip(chunkBytes: 16)).apply(Lines()).to(sink).run()
        #expect(sink.elements.map(\.description) == Self.text.split(separator: UInt8(ascii: "\n"), in: Self.text))
    }

    @Test("Other streams pass as they are, without a copy")
    func passesOthers() throws {
        var instance = try Gunzip(only: .named(".gz")).makeInstance()
        let plain = [
            Position(partition: "b.log", offset: 7), Position(partition: "c", offset: 9, isComplete: true),
        ]
        let packed = [
            Position(partition: "a.gz", offset: 3), Position(partition: "d.gz", offset: 5, isComplete: true),
        ]
        let registry = FakeRegistry(["a.gz", "b.log"])
        let input = try instance.resume(at: plain + packed, partitions: registry)
        #expect(input.prefix(2) == plain[...])
        #expect(input[2] == Position(partition: "a.gz", offset: 0))
        #expect(input[3] == Position(partition: "d.gz", offset: 0, isComplete: true))

        let zipped = chunks(gzip("abcdef"), size: 4)
        let others = chunks([1, 2, 3, 4, 5, 6, 7], stream: 1, size: 3)
        let mixed = zip(zipped, others).flatMap { [$0, $1] } + zipped.dropFirst(others.count)
        let output = run(&instance, mixed)
        #expect(output.bytes(of: 0) == Array("def".utf8))
        #expect(output.faults(of: 0, from: 3) == [])
        let passed = output.elements.filter { $0.stream.index == 1 }
        #expect(passed == others)
        #expect(zip(passed, others).allSatisfy { $0.bytes.buffer === $1.bytes.buffer })
        #expect(output.faults(of: 1) == [])
    }

    @Test("Streams may come interleaved and one after the other")
    func interleaved() throws {
        let texts = (0..<6).map { String(repeating: "stream \($0) ", count: 50 * ($0 + 1)) }
        let files = texts.enumerated().map { chunks(gzip($1), stream: $0, size: 9 + $0) }
        var mixed: [StreamChunk] = []
        for index in 0..<200 { mixed += files.compactMap { index < $0.count ? $0[index] : nil } }
        for parts in [mixed, files.flatMap { $0 }] {
            let output = try unpack(parts, Gunzip(chunkBytes: 100), names: texts.indices.map { "\($0)" })
            #expect(output.error == nil)
            for (index, text) in texts.enumerated() {
                #expect(output.bytes(of: index) == Array(text.utf8))
                #expect(output.faults(of: index) == [])
            }
        }
    }

    // S-MEM-1: 100 MB from 100 kB.
    @Test("A bomb comes in chunks, one at a time")
    func bomb() throws {
        var instance = try Gunzip().makeInstance()
        _ = try instance.resume(at: [], partitions: FakeRegistry(["bomb.gz"]))
        var batch = SourceBatch<StreamChunk>(capacity: 1024)
        let packed = gzip([UInt8](repeating: 0, count: 20_000_000))
        try instance.push(
            StreamChunk(stream: PartitionID(index: 0), offset: 0, bytes: Bytes(packed), isLast: true))
        var total = 0
        var state = SplitterPull.batchFull
        while state == .batchFull {
            state = try instance.pull(into: &batch)
            #expect(batch.count <= 1)
            if batch.count == 1 { total += batch.batch[0].bytes.count }
            #expect(batch.batch[0].bytes.count <= 64 << 10)
            batch.batch.clear()
        }
        #expect(total == 20_000_000)
    }

    @Test("Small pieces of output do not take a large buffer each")
    func trickles() throws {
        let output = try unpack(chunks(gzip(list(3000).utf8, level: 0), size: 100))
        let buffers = Set(output.elements.map { ObjectIdentifier($0.bytes.buffer) })
        #expect(output.elements.count > 100)
        #expect(buffers.count == 1)
        #expect(output.bytes() == Array(list(3000).utf8))
    }

    @Test("A chunk size out of range is refused", arguments: [0, -1, 1 << 31])
    func refusesChunkBytes(_ count: Int) {
        #expect(throws: CoderError.self) { try Gunzip(chunkBytes: count).makeInstance() }
    }
}

extension String {
    /// The parts of a text between newlines, by bytes.
    fileprivate func split(separator: UInt8, in text: String) -> [String] {
        text.utf8.split(separator: separator, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
