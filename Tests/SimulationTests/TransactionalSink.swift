import Connect
import Synchronization

/// A sink that keeps the source's positions beside what it wrote, in one step, as a file that is renamed would.
struct TransactionalSink<Input: Sendable>: Sink {
    fileprivate struct Durable: Sendable {
        var elements: [Input] = []
        var positions: [Position] = []
    }

    fileprivate final class Storage: Sendable {
        let durable = Mutex(Durable())
    }

    fileprivate let storage = Storage()

    var descriptor: SinkDescriptor {
        SinkDescriptor(kind: "TransactionalSink", confirmation: .flush, mayBlock: mayBlock, isExactlyOnce: true)
    }

    let mayBlock: Bool

    init(mayBlock: Bool) {
        self.mayBlock = mayBlock
    }

    /// What a reader sees.
    var elements: [Input] { storage.durable.withLock { $0.elements } }

    var positions: [Position] { storage.durable.withLock { $0.positions } }

    func makeWriter() -> Writer { Writer(storage: storage) }

    struct Writer: SinkWriter {
        fileprivate let storage: Storage
        /// Written since the last store.
        private var written: [Input] = []
        /// How much of it ends with a whole element of the source.
        private var whole = 0

        fileprivate init(storage: Storage) {
            self.storage = storage
        }

        mutating func restoredPositions() throws -> [Position]? { storage.durable.withLock { $0.positions } }

        mutating func write(_ batch: borrowing Batch<Input>, _ acknowledgement: consuming SinkAcknowledgement) throws {
            for index in 0..<batch.count { written.append(batch[index]) }
        }

        mutating func markBoundary() { whole = written.count }

        mutating func store(_ positions: [Position]) throws {
            storage.durable.withLock { durable in
                durable.elements += written.prefix(whole)
                durable.positions = positions
            }
            written.removeFirst(whole)
            whole = 0
        }
    }
}
