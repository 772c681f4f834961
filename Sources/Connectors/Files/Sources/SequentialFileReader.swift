import Connect

/// Reads files one after the other, each to its end.
final class SequentialFileReader: ChunkReading {
    private struct Current {
        var path: FilePath
        var file: any OpenFile
        var partition: PartitionID
        var offset: Int64
        var size: Int64
        /// For what may have nothing at hand.
        var stream: StreamInput?
    }

    private let source: FileSource
    private var context: SourceContext?
    /// The files to come, the next one last.
    private var waiting: [FileStart] = []
    private var current: Current?

    init(_ source: FileSource) {
        self.source = source
    }

    func open(_ context: SourceContext) throws(ConnectorError) {
        self.context = context
        let starts = try starter(context)
            .starts(source.selection, positions: context.positions, offsetsAreBytes: true)
        context.progress.begin(starts, offsetsAreBytes: true)
        waiting = starts.reversed()
    }

    func poll(
        into batch: inout SourceBatch<StreamChunk>, deadline: MonotonicTime
    ) throws(ConnectorError) -> SourcePoll {
        guard let context else { return .ended }
        var bytes = 0
        while bytes < FilePiece.maximumBytes, !batch.isFull {
            if current == nil { current = try next(context) }
            guard let reading = current else { return .ended }
            if let stream = reading.stream {
                // What is in the batch already must not wait for what may not come.
                if batch.count > 0 { return .ready }
                return try poll(stream, reading, into: &batch, deadline: deadline)
            }
            bytes += try readChunk(reading, into: &batch)
        }
        return current == nil && waiting.isEmpty ? .ended : .ready
    }

    func close() {
        current = nil
        waiting = []
    }

    private func starter(_ context: SourceContext) -> FileStarter {
        FileStarter(fileSystem: source.fileSystem, logger: context.logger)
    }

    private func next(_ context: SourceContext) throws(ConnectorError) -> Current? {
        guard let start = waiting.popLast() else { return nil }
        let started = try starter(context).open(start)
        let isStream = started.status.kind == .stream
        return Current(
            path: start.path,
            file: started.file,
            partition: context.partitions.partition(named: start.name, detail: started.detail),
            offset: start.offset,
            size: started.status.size,
            stream: isStream ? try StreamInput(started.file, path: start.path, context: context) : nil)
    }

    /// - Returns: how many bytes were read
    private func readChunk(
        _ reading: Current, into batch: inout SourceBatch<StreamChunk>
    ) throws(ConnectorError) -> Int {
        var size = reading.size
        if reading.offset >= size { size = try reading.file.status().size }
        let piece = FilePiece(
            reading: reading.file, upTo: FilePiece.capacity(forRest: max(0, size - reading.offset)))
        current?.size = size
        context?.progress.advance(by: Int64(piece.bytes.count))
        append(piece.bytes, of: reading, isLast: piece.reachedEnd, to: &batch)
        if let failure = piece.failure { throw failure }
        return piece.bytes.count
    }

    private func poll(
        _ stream: StreamInput, _ reading: Current, into batch: inout SourceBatch<StreamChunk>, deadline: MonotonicTime
    ) throws(ConnectorError) -> SourcePoll {
        switch try stream.next(until: deadline) {
        case .nothing: return .idle
        case .bytes(let bytes): append(bytes, of: reading, isLast: false, to: &batch)
        case .end: append(Bytes(), of: reading, isLast: true, to: &batch)
        }
        return current == nil && waiting.isEmpty ? .ended : .ready
    }

    private func append(
        _ bytes: Bytes, of reading: Current, isLast: Bool, to batch: inout SourceBatch<StreamChunk>
    ) {
        if bytes.isEmpty && !isLast { return }
        let end = reading.offset + Int64(bytes.count)
        batch.append(
            StreamChunk(stream: reading.partition, offset: reading.offset, bytes: bytes, isLast: isLast),
            partition: reading.partition, next: end)
        if isLast {
            batch.complete(reading.partition, at: end)
            current = nil
        } else {
            current?.offset = end
        }
    }
}
