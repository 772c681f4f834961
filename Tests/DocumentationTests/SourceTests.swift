import Connect
import ConnectTesting
import Synchronization
import Testing

struct Countdown: Source {
    let start: Int64

    var descriptor: SourceDescriptor {
        SourceDescriptor(kind: "Countdown", origin: "\(start)", isBounded: true)
    }

    func makeReader() -> Reader { Reader(start: start) }

    struct Reader: SourceReader {
        let start: Int64
        var partition = PartitionID(index: 0)
        var offset: Int64 = 0

        mutating func open(_ context: SourceContext) throws {
            partition = context.partitions.partition(named: "0")
            offset = context.position(in: "0")?.offset ?? 0
        }

        mutating func poll(
            into batch: inout SourceBatch<Int64>, deadline: MonotonicTime
        ) throws -> SourcePoll {
            while !batch.isFull, offset < start {
                batch.append(start - offset, partition: partition, offset: offset)
                offset += 1
            }
            return offset < start ? .ready : .ended
        }
    }
}

struct LedgerCommitter: PositionCommitter {
    let ledger: Ledger

    func commit(_ positions: [Position]) throws {
        for position in positions { try ledger.store(position.partition, position.offset) }
    }
}

/// A store of positions on the source's own side.
final class Ledger: Sendable {
    private let offsets = Mutex<[String: Int64]>([:])

    func store(_ partition: String, _ offset: Int64) throws { offsets.withLock { $0[partition] = offset } }

    func offset(of partition: String) -> Int64? { offsets.withLock { $0[partition] } }
}

/// Gives the time, once a second.
struct ClockSource: Source {
    var descriptor: SourceDescriptor { SourceDescriptor(kind: "ClockSource", isBounded: false, resumption: .none) }

    func makeReader() -> Reader { Reader() }

    struct Reader: SourceReader {
        var opened: OpenReader?

        mutating func open(_ context: SourceContext) throws {
            opened = OpenReader(
                context: context, partition: context.partitions.partition(named: "0"), next: context.scheduler.now)
        }

        mutating func poll(into batch: inout SourceBatch<Int64>, deadline: MonotonicTime) throws -> SourcePoll {
            try opened?.poll(into: &batch, deadline: deadline) ?? .ended
        }
    }

    struct OpenReader {
        let context: SourceContext
        let partition: PartitionID
        var offset: Int64 = 0
        var next: MonotonicTime

        mutating func poll(into batch: inout SourceBatch<Int64>, deadline: MonotonicTime) throws -> SourcePoll {
            context.interrupt.wait(until: min(deadline, next))
            let now = context.scheduler.now
            guard now >= next else { return .idle }
            batch.append(Int64(clamping: now.nanoseconds), partition: partition, offset: offset)
            offset += 1
            next = next.advanced(by: .seconds(1))
            return .idle
        }
    }
}

/// The code of the article WritingASource.
@Suite("Writing a source")
struct SourceTests {
    @Test("The source of the article counts down, and goes on where it stopped")
    func countsDown() async throws {
        let store = MemoryCheckpointStore()
        let sink = CollectSink<Int64>()
        let pipeline = Pipeline("count-down").root(Countdown(start: 5))
        try await pipeline.limit(2).to(sink).run(RunOptions(checkpoints: store))
        #expect(sink.elements == [5, 4])
        try await pipeline.to(sink).run(RunOptions(checkpoints: store))
        #expect(sink.elements == [5, 4, 3, 2, 1])
    }

    @Test("The source keeps the contract")
    func contract() throws {
        try SourceContract(of: { count in
            let numbers = Array(stride(from: Int64(count), to: 0, by: -1))
            return (Countdown(start: Int64(count)), numbers)
        }).verify()
    }

    @Test("The committer of the article stores positions")
    func commits() throws {
        let ledger = Ledger()
        try LedgerCommitter(ledger: ledger).commit([Position(partition: "a", offset: 7)])
        #expect(ledger.offset(of: "a") == 7)
    }

    @Test("The source that waits gives its first element at once, and can be stopped while it waits")
    func waits() async throws {
        let sink = CollectSink<Int64>()
        let report = try await Pipeline("clock").root(ClockSource()).limit(1).to(sink).run()
        #expect(sink.elements.count == 1)
        #expect(report.elementsWritten == 1)
    }
}
