/// A writer that takes elements of another type than the one it hands them to, and makes each into one of those.
public struct MappedSinkWriter<Inner: SinkWriter, Input: Sendable>: SinkWriter {
    private var inner: Inner
    private let transform: (Input) -> Inner.Input

    /// A writer before another one.
    ///
    /// - Parameters:
    ///   - inner: takes what is made
    ///   - transform: makes an element, one for each
    public init(_ inner: Inner, _ transform: @escaping (Input) -> Inner.Input) {
        self.inner = inner
        self.transform = transform
    }

    /// Opens the inner writer.
    public mutating func open(_ context: SinkContext) throws { try inner.open(context) }

    /// Hands over what is made of the elements, in order; their acknowledgement goes along.
    public mutating func write(
        _ batch: borrowing Batch<Input>, _ acknowledgement: consuming SinkAcknowledgement
    ) throws {
        var made = Batch<Inner.Input>(capacity: batch.count)
        for index in 0..<batch.count { made.append(transform(batch[index])) }
        try inner.write(made, acknowledgement)
    }

    /// Flushes the inner writer.
    public mutating func flush() throws { try inner.flush() }

    /// Serves the inner writer.
    public mutating func service(now: MonotonicTime) throws -> MonotonicTime? { try inner.service(now: now) }

    /// The positions of the inner writer.
    public mutating func restoredPositions() throws -> [Position]? { try inner.restoredPositions() }

    /// Marks a boundary of the inner writer.
    public mutating func markBoundary() { inner.markBoundary() }

    /// Stores positions with the inner writer.
    public mutating func store(_ positions: [Position]) throws { try inner.store(positions) }

    /// Closes the inner writer.
    public mutating func close(succeeded: Bool) throws { try inner.close(succeeded: succeeded) }
}
