import Synchronization

/// Collects elements in memory, for tests and small results.
///
/// The sink and the pipelines it is given to share what was collected; each run adds to it.
public struct CollectSink<Input: Sendable>: Sink {
    private final class Storage: Sendable {
        let elements = Mutex<[Input]>([])
    }

    private let storage = Storage()

    /// A sink that has collected nothing yet.
    public init() {}

    /// What was collected so far, in order.
    public var elements: [Input] {
        storage.elements.withLock { $0 }
    }

    /// Write-through; never blocks.
    public var descriptor: SinkDescriptor {
        SinkDescriptor(kind: "CollectSink", mayBlock: false)
    }

    /// Makes a writer that adds to what was collected.
    public func makeWriter() -> Writer {
        Writer(add: { [storage] batch in storage.elements.withLock { $0.append(contentsOf: batch) } })
    }

    /// Adds batches to what was collected.
    public struct Writer: SinkWriter {
        let add: @Sendable ([Input]) -> Void

        /// Adds the elements of a batch.
        public mutating func write(
            _ batch: borrowing Batch<Input>, _ acknowledgement: consuming SinkAcknowledgement
        ) throws {
            add((0..<batch.count).map { batch[$0] })
        }
    }
}
