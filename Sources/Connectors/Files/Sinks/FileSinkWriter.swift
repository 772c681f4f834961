public import Connect

/// Writes elements to the file or files of a ``FileSink``, for one run.
public struct FileSinkWriter: SinkWriter {
    /// What the writer takes.
    public typealias Input = Bytes

    // The ways of writing differ in all but this interface; a call by it per batch costs nothing that counts.
    private var writer: any SinkWriter<Bytes>

    init(_ writer: some SinkWriter<Bytes>) {
        self.writer = writer
    }

    /// Opens the output; see ``FileSink`` for what it does with what is there.
    ///
    /// - Throws: `ConnectorError` where that cannot be written, or is not what it should be
    public mutating func open(_ context: SinkContext) throws {
        try writer.open(context)
    }

    /// Writes the elements of a batch.
    ///
    /// - Throws: `ConnectorError`, for example `no_space`
    public mutating func write(
        _ batch: borrowing Batch<Bytes>, _ acknowledgement: consuming SinkAcknowledgement
    ) throws {
        try writer.write(batch, acknowledgement)
    }

    /// Makes everything written durable, as ``FileSink/durability`` says.
    ///
    /// - Throws: `ConnectorError` where it is not durable; trying again does not help
    public mutating func flush() throws {
        try writer.flush()
    }

    /// Ends a file whose time has come.
    ///
    /// - Returns: when the next one's time comes; nil where there is none
    public mutating func service(now: MonotonicTime) throws -> MonotonicTime? {
        try writer.service(now: now)
    }

    /// The positions that go with the output.
    ///
    /// - Returns: nil unless delivery is exactly once; an empty list on a first run
    public mutating func restoredPositions() throws -> [Position]? {
        try writer.restoredPositions()
    }

    /// Notes where the output stands.
    public mutating func markBoundary() {
        writer.markBoundary()
    }

    /// Stores positions with the place that was noted last.
    ///
    /// - Throws: `ConnectorError` where they could not be made durable
    public mutating func store(_ positions: [Position]) throws {
        try writer.store(positions)
    }

    /// Ends and closes the output.
    ///
    /// - Parameter succeeded: whether what was written is to be kept
    /// - Throws: `ConnectorError` where the output could not be ended
    public mutating func close(succeeded: Bool) throws {
        try writer.close(succeeded: succeeded)
    }
}
