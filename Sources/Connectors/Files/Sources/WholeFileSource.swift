public import Connect

/// Reads files as whole messages: the bytes of each file are one element.
///
/// Every file is a partition of its own; a run that starts from a checkpoint skips the files whose messages are done.
/// Bytes pass unchanged and are never unpacked. An empty file is an empty message.
public struct WholeFileSource: Source {
    let files: FileSource
    let maxBytes: Int

    /// What the plan must know: it is bounded, and reads what the ``FileSource`` would.
    public var descriptor: SourceDescriptor {
        SourceDescriptor(kind: "WholeFileSource", origin: files.selection.origin, isBounded: true)
    }

    /// Makes the reader of a run.
    public func makeReader() -> Reader {
        Reader(source: self)
    }

    /// Reads whole files in one run.
    public struct Reader: SourceReader {
        private let reading: WholeFileReading

        init(source: WholeFileSource) {
            reading = WholeFileReading(source)
        }

        /// Looks at all files before any is read.
        ///
        /// - Throws: `ConnectorError` where one is missing, may not be read, is a directory or was replaced since it
        ///   was done, or where the files are followed, since a whole needs an end
        public mutating func open(_ context: SourceContext) throws {
            try reading.open(context)
        }

        /// Reads files, at least one and at most 64 KiB of them together.
        ///
        /// - Returns: `.ended` after the last file
        /// - Throws: `ConnectorError` where reading failed or a file is too large
        public mutating func poll(into batch: inout SourceBatch<Bytes>, deadline: MonotonicTime) throws -> SourcePoll {
            try reading.poll(into: &batch, deadline: deadline)
        }

        /// Closes what is open.
        public mutating func close() {
            reading.close()
        }
    }
}

/// The state of a reader of whole files.
private final class WholeFileReading {
    private struct Current {
        var path: FilePath
        var file: any OpenFile
        var partition: PartitionID
        var size: Int
        /// For what may have nothing at hand.
        var stream: StreamInput?
    }

    private let source: WholeFileSource
    private var context: SourceContext?
    /// The files to come, the next one last.
    private var waiting: [FileStart] = []
    private var current: Current?
    /// What was read of the current file.
    private var builder = BytesBuilder()
    private var collected = 0

    init(_ source: WholeFileSource) {
        self.source = source
    }

    func open(_ context: SourceContext) throws(ConnectorError) {
        self.context = context
        if source.files.isFollowed {
            throw ConnectorError(
                .configuration, "a file that is followed has no end, so it is never whole; read it without follow")
        }
        if source.maxBytes < 0 {
            throw ConnectorError(.configuration, "maxBytes is \(source.maxBytes); it must be 0 or more")
        }
        let starts = try starter(context)
            .starts(source.files.selection, positions: context.positions, offsetsAreBytes: false)
        context.progress.begin(starts, offsetsAreBytes: false)
        waiting = starts.reversed()
    }

    func poll(into batch: inout SourceBatch<Bytes>, deadline: MonotonicTime) throws(ConnectorError) -> SourcePoll {
        guard let context else { return .ended }
        var bytes = 0
        while bytes < FilePiece.maximumBytes, !batch.isFull {
            if current == nil { current = try next(context) }
            guard let reading = current else { return .ended }
            if let stream = reading.stream {
                if batch.count > 0 { return .ready }
                guard try collect(stream, reading, until: deadline) else { return .idle }
            } else {
                try readAll(reading)
            }
            let whole = builder.take()
            collected = 0
            bytes += whole.count
            batch.append(whole, partition: reading.partition, offset: 0)
            batch.complete(reading.partition, at: 1)
            current = nil
        }
        return current == nil && waiting.isEmpty ? .ended : .ready
    }

    func close() {
        current = nil
        waiting = []
        builder = BytesBuilder()
    }

    private func starter(_ context: SourceContext) -> FileStarter {
        FileStarter(fileSystem: source.files.fileSystem, logger: context.logger)
    }

    private func next(_ context: SourceContext) throws(ConnectorError) -> Current? {
        guard let start = waiting.popLast() else { return nil }
        let started = try starter(context).open(start, offsetsAreBytes: false)
        let size = started.status.size
        if size > Int64(source.maxBytes) { throw tooLarge(start.path, "has \(size) bytes") }
        let isStream = started.status.kind == .stream
        return Current(
            path: start.path,
            file: started.file,
            partition: context.partitions.partition(named: start.name, detail: started.detail),
            size: Int(size),
            stream: isStream ? try StreamInput(started.file, path: start.path, context: context) : nil)
    }

    private func readAll(_ reading: Current) throws(ConnectorError) {
        // A byte more than the size, so that the same read finds the end; the size may be wrong, as for /proc.
        var room = max(reading.size + 1, 4096)
        while true {
            var count: Int?
            try builder.append(capacity: room) { (memory) throws(ConnectorError) in
                count = try reading.file.read(into: memory)
                return count ?? 0
            }
            guard let count, count > 0 else { return }
            try note(count, of: reading)
            room = max(reading.size + 1 - collected, 4096)
        }
    }

    /// - Returns: whether the stream has ended
    private func collect(
        _ stream: StreamInput, _ reading: Current, until deadline: MonotonicTime
    ) throws(ConnectorError) -> Bool {
        while true {
            switch try stream.next(until: deadline) {
            case .nothing: return false
            case .end: return true
            case .bytes(let bytes):
                builder.append(bytes)
                try note(bytes.count, of: reading)
            }
        }
    }

    private func note(_ count: Int, of reading: Current) throws(ConnectorError) {
        collected += count
        context?.progress.advance(by: Int64(count))
        if collected > source.maxBytes { throw tooLarge(reading.path, "has more than \(source.maxBytes) bytes") }
    }

    private func tooLarge(_ path: FilePath, _ found: String) -> ConnectorError {
        ConnectorError(
            .limitExceeded,
            "\(path) \(found), at most \(source.maxBytes) are taken as one message; raise whole(maxBytes:) or read it "
                + "as chunks or lines")
    }
}
