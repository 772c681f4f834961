public import Connect

/// Writes elements of bytes to a standard stream, for one run.
public struct StandardStreamWriter: SinkWriter {
    private let stream: StandardStream
    private var elements: ElementWriter
    private var file: (any OpenFile)?

    init(framing: OutputFraming, stream: StandardStream) {
        self.stream = stream
        elements = ElementWriter(framing: framing)
    }

    /// Makes the stream ready; SIGPIPE is ignored from then on.
    ///
    /// - Throws: `ConnectorError` where the process was started without the stream
    public mutating func open(_ context: SinkContext) throws {
        file = try stream.open()
    }

    /// Writes the elements of a batch; the system has them when it returns.
    ///
    /// - Throws: `ConnectorError`: `broken_pipe` where the reader has gone away, `no_space`, `input_output`
    public mutating func write(
        _ batch: borrowing Batch<Bytes>, _ acknowledgement: consuming SinkAcknowledgement
    ) throws {
        guard let file else { throw ConnectorError.notOpen(stream.name) }
        _ = try elements.write(batch, 0..<batch.count, to: file)
    }

    /// Lets go of the stream, which stays open: it belongs to the process.
    public mutating func close(succeeded: Bool) {
        file = nil
    }
}

/// Writes the chunks of byte streams to a standard stream, for one run.
public struct StandardStreamChunkWriter: SinkWriter {
    private let stream: StandardStream
    private var elements = ElementWriter(framing: .raw)
    private var file: (any OpenFile)?

    init(stream: StandardStream) {
        self.stream = stream
    }

    /// Makes the stream ready; SIGPIPE is ignored from then on.
    ///
    /// - Throws: `ConnectorError` where the process was started without the stream
    public mutating func open(_ context: SinkContext) throws {
        file = try stream.open()
    }

    /// Writes the bytes of the chunks; the system has them when it returns.
    ///
    /// - Throws: `ConnectorError`: `broken_pipe` where the reader has gone away, `no_space`, `input_output`
    public mutating func write(
        _ batch: borrowing Batch<StreamChunk>, _ acknowledgement: consuming SinkAcknowledgement
    ) throws {
        guard let file else { throw ConnectorError.notOpen(stream.name) }
        try elements.write(batch, to: file)
    }

    /// Lets go of the stream, which stays open: it belongs to the process.
    public mutating func close(succeeded: Bool) {
        file = nil
    }
}

extension ConnectorError {
    /// A writer was used before it was opened.
    static func notOpen(_ name: String) -> ConnectorError {
        ConnectorError(.configuration, "\(name) was written before it was opened; call open first")
    }
}
