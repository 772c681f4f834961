import Connect
import ConnectTesting
import Synchronization
import Testing

struct TableSink: Sink {
    let table: Table

    var descriptor: SinkDescriptor {
        SinkDescriptor(kind: "TableSink", target: table.name, confirmation: .flush, window: 10_000)
    }

    func makeWriter() -> Writer { Writer(table: table) }

    struct Writer: SinkWriter {
        let table: Table
        var rows: [String] = []

        mutating func write(
            _ batch: borrowing Batch<String>, _ acknowledgement: consuming SinkAcknowledgement
        ) throws {
            for index in 0..<batch.count { rows.append(batch[index]) }
        }

        mutating func flush() throws {
            try table.insert(rows)
            rows.removeAll(keepingCapacity: true)
        }
    }
}

final class PendingBatch: Sendable {
    private let acknowledgement: Mutex<SinkAcknowledgement?>

    init(_ acknowledgement: consuming sending SinkAcknowledgement) {
        self.acknowledgement = Mutex(acknowledgement)
    }

    func end(_ status: AckStatus) {
        let taken = acknowledgement.withLock { $0.take() }
        if let taken { taken.end(status) }
    }
}

/// A table that counts its transactions.
final class Table: Sendable {
    let name = "orders"
    private let transactions = Mutex<[[String]]>([])

    var all: [[String]] { transactions.withLock { $0 } }
    var rows: [String] { all.flatMap { $0 } }

    func insert(_ rows: [String]) throws { transactions.withLock { $0.append(rows) } }
}

/// Counts what is not confirmed yet.
private final class UnderWay: Sendable {
    private let count = Guarded(0, scheduler: SystemScheduler.shared)
    private let changed: Monitor.Condition

    init() { changed = count.monitor.makeCondition() }

    func begin() { count.withLock { $0 += 1 } }

    func end() {
        count.withLock { count in
            count -= 1
            changed.broadcast()
        }
    }

    /// - Returns: whether all was confirmed within 30 s
    func waitForEnd() -> Bool {
        let deadline = SystemScheduler.shared.now.advanced(by: .seconds(30))
        return count.waitWithLock { count in
            if count == 0 { return .done(true) }
            return SystemScheduler.shared.now >= deadline ? .done(false) : .wait(changed, until: deadline)
        }
    }
}

/// Confirms each batch from another thread.
private struct RemoteSink: Sink {
    var descriptor: SinkDescriptor { SinkDescriptor(kind: "RemoteSink", confirmation: .acknowledgement) }

    func makeWriter() -> Writer { Writer() }

    struct Writer: SinkWriter {
        let underWay = UnderWay()

        mutating func write(
            _ batch: borrowing Batch<Int>, _ acknowledgement: consuming SinkAcknowledgement
        ) throws {
            let pending = PendingBatch(acknowledgement)
            underWay.begin()
            // A thread of its own: tests that block take all those of the cooperative pool.
            SystemScheduler.shared.spawn(name: "remote") { [underWay] in
                pending.end(.done)
                underWay.end()
            }
        }

        mutating func flush() throws {
            guard underWay.waitForEnd() else {
                throw ConnectorError(.inputOutput, "no confirmation came within 30 s; see whether the other side runs")
            }
        }
    }
}

/// The code of the article WritingASink.
@Suite("Writing a sink")
struct SinkTests {
    @Test("The sink of the article makes a transaction per trigger, and one at the end")
    func transactions() async throws {
        let table = Table()
        let rows = (1...5).map { "row \($0)" }
        let report = try await Pipeline("rows").root(ListSource(rows)).to(TableSink(table: table)).trigger(each: 2)
            .run()
        #expect(table.all == [["row 1", "row 2"], ["row 3", "row 4"], ["row 5"]])
        #expect(report.committed.map(\.offset) == [5])
    }

    @Test("The sink keeps the contract")
    func contract() throws {
        try SinkContract(elements: ContractSamples.texts) {
            let table = Table()
            return SinkContract.Target(sink: TableSink(table: table), contents: { table.rows })
        }.verify()
    }

    @Test("Acknowledgements that come on other threads let positions be committed")
    func acknowledgements() async throws {
        let report = try await Pipeline("remote").root(ListSource(1...1000)).to(RemoteSink()).run()
        #expect(report.committed.map(\.offset) == [1000])
    }
}
