/// Takes elements and forgets them.
public struct NullSink<Input: Sendable>: Sink {
    /// A sink that forgets.
    public init() {}

    /// Write-through; never blocks.
    public var descriptor: SinkDescriptor {
        SinkDescriptor(kind: "NullSink", mayBlock: false)
    }

    /// Makes a writer.
    public func makeWriter() -> Writer { Writer() }

    /// Forgets batches.
    public struct Writer: SinkWriter {
        /// Forgets a batch.
        public mutating func write(
            _ batch: borrowing Batch<Input>, _ acknowledgement: consuming SinkAcknowledgement
        ) throws {}
    }
}
