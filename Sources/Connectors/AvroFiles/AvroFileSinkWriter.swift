public import Connect
public import ConnectAvro
import ConnectFiles

/// Writes data to the file or files of an ``AvroFileSink``, for one run.
public struct AvroFileSinkWriter: SinkWriter {
    /// What the writer takes.
    public typealias Input = AvroBinary

    private let sink: AvroFileSink
    private var projector: AvroProjector.Instance
    private var blocks: AvroFileWriter?
    private var file: FileSinkWriter?

    init(_ sink: AvroFileSink) {
        self.sink = sink
        projector = AvroProjector(to: sink.schema, limits: sink.limits).makeInstance()
    }

    /// Opens the output, and goes on in the file that is there.
    ///
    /// - Throws: `ConnectorError` where it cannot be written, is no container file, or has another schema or codec
    public mutating func open(_ context: SinkContext) throws {
        let found = try foundHead(context.pipeline)
        let blocks = try AvroFileWriter(
            schema: sink.schema, codec: sink.codec, sync: found?.sync, blockBytes: sink.blockBytes,
            limits: sink.limits)
        var output = sink.file
        output.framing = .raw
        output.format = OutputFormat(head: found?.bytes ?? blocks.header) {
            (file, path, length) throws(ConnectorError) in
            try AvroFileHead.wholeLength(of: file, at: path, length: length)
        }
        var file = try output.makeWriter()
        try file.open(context)
        self.blocks = blocks
        self.file = file
    }

    /// The head of the file that is gone on with.
    private func foundHead(_ pipeline: String) throws -> AvroFileHead? {
        guard let path = try sink.file.unfinishedFile(of: pipeline) else { return nil }
        let file = try sink.file.fileSystem.open(path, .reading)
        defer { try? file.close() }
        guard let head = try AvroFileHead.whole(of: file, at: path, length: file.status().size) else { return nil }
        let fits = head.codec == sink.codec.name && (try? AvroSchema(parsing: head.schema)) == sink.schema
        if fits { return head }
        throw ConnectorError(
            .configuration,
            "\(path) has another schema or codec (\(head.codec)) than is to be written; write to another file, or replace it"
        )
    }

    /// Writes the data of a batch.
    ///
    /// - Throws: `CoderError` where a datum is none of its schema or cannot be projected, `ConnectorError` where it cannot
    ///   be written
    public mutating func write(
        _ batch: borrowing Batch<AvroBinary>, _ acknowledgement: consuming SinkAcknowledgement
    ) throws {
        for index in 0..<batch.count {
            let binary = batch[index]
            let isFull =
                binary.schema == sink.schema
                ? try blocks?.add(binary) : try blocks?.add(projector.convert(binary))
            guard isFull == true else { continue }
            // A block ends at a boundary where there is one in it, so that the output can be cut there.
            if try !endBlockAtMark() { try endBlock() }
        }
    }

    /// Makes everything written durable.
    ///
    /// - Throws: `ConnectorError` where it is not durable; trying again does not help
    public mutating func flush() throws {
        _ = try endBlockAtMark()
        try endBlock()
        try file?.flush()
    }

    /// Ends a file whose time has come.
    ///
    /// - Returns: when the next one's time comes; nil where there is none
    public mutating func service(now: MonotonicTime) throws -> MonotonicTime? { try file?.service(now: now) }

    /// The positions that go with the output.
    ///
    /// - Returns: nil unless delivery is exactly once; an empty list on a first run
    public mutating func restoredPositions() throws -> [Position]? { try file?.restoredPositions() }

    /// Notes where the output stands.
    public mutating func markBoundary() {
        if blocks?.isEmpty ?? true { file?.markBoundary() } else { blocks?.mark() }
    }

    /// Stores positions with the place that was noted last.
    ///
    /// - Throws: `ConnectorError` where they could not be made durable
    public mutating func store(_ positions: [Position]) throws { try file?.store(positions) }

    /// Ends and closes the output.
    ///
    /// - Parameter succeeded: whether what was written is to be kept
    /// - Throws: `ConnectorError` where the output could not be ended
    public mutating func close(succeeded: Bool) throws {
        do {
            if succeeded { try endBlock() }
        } catch {
            try? file?.close(succeeded: false)
            throw error
        }
        try file?.close(succeeded: succeeded)
    }

    private mutating func endBlock() throws {
        if let block = try blocks?.flush() { try write(block) }
    }

    /// - Returns: whether there was a boundary in the block
    private mutating func endBlockAtMark() throws -> Bool {
        guard let block = try blocks?.flushToMark() else { return false }
        try write(block)
        file?.markBoundary()
        return true
    }

    private mutating func write(_ block: Bytes) throws {
        var batch = Batch<Bytes>(capacity: 1)
        batch.append(block)
        try file?.write(batch, SinkAcknowledgement())
    }
}
