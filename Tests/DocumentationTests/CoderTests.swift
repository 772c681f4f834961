import Connect
import ConnectFiles
import ConnectTesting
import ConnectText
import Testing

struct IntegerDecoder: Coder {
    var name: String { "INTEGER-DECODE" }

    func makeInstance() -> Instance { Instance(name: name) }

    struct Instance: CoderInstance {
        let name: String

        mutating func convert(_ input: String) throws -> Int {
            guard let number = Int(input) else {
                throw CoderError(
                    .malformed, coder: name,
                    "expected a decimal number of at most 64 bits, found \(input.utf8.count) bytes of something else")
            }
            return number
        }
    }
}

extension Order: NamedElement {
    static var elementTypeName: String { "Order" }
}

struct Pairs: Transform {
    var name: String { "PAIRS" }

    func makeInstance() -> Instance { Instance() }

    struct Instance: TransformInstance {
        mutating func transform(_ input: [Int], _ emit: Emitter<(Int, Int)>) throws {
            for (left, right) in zip(input, input.dropFirst()) { try emit((left, right)) }
        }
    }
}

struct Records: Splitter {
    let size: Int

    var name: String { "RECORDS" }

    func makeInstance() throws -> Instance {
        guard size > 0 else { throw CoderError(.malformed, coder: name, "the size is \(size), but must be 1 or more") }
        return Instance(size: size, name: name)
    }

    struct Instance: SplitterInstance {
        let size: Int
        let name: String
        /// What is left over of each stream.
        var rests: [PartitionID: Bytes] = [:]
        var chunk: StreamChunk?
        var pending = Bytes()

        mutating func resume(at positions: [Position], partitions: any PartitionRegistry) -> [Position] {
            positions
        }

        mutating func push(_ chunk: StreamChunk) {
            var joined = BytesBuilder()
            joined.append(rests.removeValue(forKey: chunk.stream) ?? Bytes())
            joined.append(chunk.bytes)
            pending = joined.take()
            self.chunk = chunk
        }

        mutating func pull(into batch: inout SourceBatch<Bytes>) throws -> SplitterPull {
            guard let chunk else { return .needsInput }
            let end = chunk.offset + Int64(chunk.bytes.count)
            while pending.count >= size {
                if batch.isFull { return .batchFull }
                let next = end - Int64(pending.count - size)
                batch.append(pending[0..<size], partition: chunk.stream, next: next)
                pending = pending[size..<pending.count]
            }
            self.chunk = nil
            rests[chunk.stream] = pending
            guard chunk.isLast else { return .needsInput }
            guard pending.isEmpty else {
                throw CoderError(
                    .truncated, coder: name, offset: end, "the last record has \(pending.count) of \(size) bytes")
            }
            batch.complete(chunk.stream, at: end)
            return .needsInput
        }
    }
}

/// Gives a text in chunks of any sizes.
private struct Chunks: Source {
    let pieces: [String]

    var descriptor: SourceDescriptor { SourceDescriptor(kind: "Chunks", isBounded: true) }

    func makeReader() -> Reader { Reader(pieces: pieces) }

    struct Reader: SourceReader {
        let pieces: [String]
        var next = 0
        var offset: Int64 = 0
        var partition = PartitionID(index: 0)

        mutating func open(_ context: SourceContext) throws {
            partition = context.partitions.partition(named: "text")
        }

        mutating func poll(
            into batch: inout SourceBatch<StreamChunk>, deadline: MonotonicTime
        ) throws -> SourcePoll {
            let bytes = Bytes(pieces[next])
            next += 1
            let isLast = next == pieces.count
            let chunk = StreamChunk(stream: partition, offset: offset, bytes: bytes, isLast: isLast)
            offset += Int64(bytes.count)
            batch.append(chunk, partition: partition, next: offset)
            return isLast ? .ended : .ready
        }
    }
}

/// The code of the article WritingACoder.
@Suite("Writing a coder")
struct CoderTests {
    @Test("The plan finds the way from bytes over text to numbers")
    func findsCoder() throws {
        let total = Pipeline("sum")
            .coders(CoderRegistry.text.adding(IntegerDecoder()))
            .root(FileSource("numbers.txt").lines())
            .as(Int.self)
            .fold(into: 0) { $0 += $1 }.trigger(each: 1000)
            .to(NullSink())
        let text = try total.plan().description
        #expect(text.contains("STRING-DECODE") && text.contains("INTEGER-DECODE"))
    }

    @Test("The coder of the article reads numbers and refuses all else without showing it")
    func converts() throws {
        var instance = IntegerDecoder().makeInstance()
        #expect(try instance.convert("42") == 42)
        let error = #expect(throws: CoderError.self) { try instance.convert("secret") }
        #expect(error?.description.contains("secret") == false)
    }

    @Test("The coder keeps the contract")
    func contract() throws {
        try CoderContract(
            IntegerDecoder(), samples: [("0", 0), ("-7", -7), ("42", 42)], malformed: ["", "x", "1e9", "0x1F"]
        ).verify()
    }

    @Test("A declared name is what the plan shows")
    func hasName() throws {
        let plan = try Pipeline("orders").root(ListSource([Order(customer: 1, number: 1)])).to(NullSink()).plan()
        #expect(plan.description.contains("[Order]"))
    }

    @Test("The transform of the article gives none to many")
    func pairs() async throws {
        let sink = CollectSink<Int>()
        try await Pipeline("pairs").root(ListSource([[], [1], [1, 2, 3]])).apply(Pairs()).map { $0 * 10 + $1 }.to(sink)
            .run()
        #expect(sink.elements == [12, 23])
    }

    @Test(
        "The splitter of the article cuts records, wherever chunks end",
        arguments: [["abcdef"], ["a", "bcd", "", "ef"], ["abc", "def"], ["", ""]])
    func records(_ pieces: [String]) async throws {
        let sink = CollectSink<Bytes>()
        try await Pipeline("records").root(Chunks(pieces: pieces)).apply(Records(size: 3)).to(sink).run()
        #expect(sink.elements == (pieces.joined().isEmpty ? [] : ["abc", "def"]))
    }

    @Test("A record that is cut off is an error, those before it are delivered")
    func truncated() async throws {
        let sink = CollectSink<Bytes>()
        let pipeline = Pipeline("records").root(Chunks(pieces: ["abcde"])).apply(Records(size: 3)).to(sink)
        await #expect(throws: PipelineError.self) { try await pipeline.run() }
        #expect(sink.elements == ["abc"])
    }
}
