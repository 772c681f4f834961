public import Connect

/// Reads the process's standard input as a stream of bytes, to its end.
///
/// What was read is gone from it, so a restart cannot go on where the last run ended: nothing is committed.
public struct StandardInput: Source {
    private let makeFile: @Sendable () -> any OpenFile

    /// The process's standard input, descriptor 0.
    public init() {
        self.init(descriptor: 0)
    }

    /// Another descriptor of the process, which stays open.
    init(descriptor: Int32) {
        makeFile = { POSIXFile(descriptor: descriptor, path: "standard input", closesDescriptor: false) }
    }

    /// What the plan must know: it is bounded and cannot be resumed.
    public var descriptor: SourceDescriptor {
        SourceDescriptor(kind: "StandardInput", isBounded: true, resumption: .none)
    }

    /// Makes the reader of a run.
    public func makeReader() -> Reader {
        Reader(file: makeFile())
    }

    /// Reads standard input in one run.
    public struct Reader: SourceReader {
        private let file: any OpenFile
        private var input: StreamInput?
        private var partition = PartitionID(index: 0)
        private var offset: Int64 = 0
        private var hasEnded = false
        private var progress: SourceProgress?

        init(file: any OpenFile) {
            self.file = file
        }

        /// Makes sure that standard input can be waited for.
        ///
        /// - Throws: `ConnectorError` where it is closed or a directory
        public mutating func open(_ context: SourceContext) throws {
            let status = try file.status()
            if status.kind == .directory { throw ConnectorError.directory("standard input") }
            progress = context.progress
            if status.kind == .regular { context.progress.begin(total: status.size) }
            input = try StreamInput(file, path: "standard input", context: context)
            partition = context.partitions.partition(named: "stdin")
        }

        /// Reads what is at hand, at most 64 KiB.
        ///
        /// - Returns: `.ended` at the end; `.idle` where nothing came until the deadline or the interrupt
        /// - Throws: `ConnectorError` where it cannot be read
        public mutating func poll(
            into batch: inout SourceBatch<StreamChunk>, deadline: MonotonicTime
        ) throws -> SourcePoll {
            guard let input, !hasEnded else { return .ended }
            if batch.isFull { return .ready }
            switch try input.next(until: deadline) {
            case .nothing:
                return .idle
            case .bytes(let bytes):
                append(bytes, to: &batch)
                return .ready
            case .end:
                hasEnded = true
                append(Bytes(), to: &batch)
                batch.complete(partition, at: offset)
                return .ended
            }
        }

        /// Standard input belongs to the process and stays open.
        public mutating func close() {
            input = nil
        }

        private mutating func append(_ bytes: Bytes, to batch: inout SourceBatch<StreamChunk>) {
            let chunk = StreamChunk(stream: partition, offset: offset, bytes: bytes, isLast: hasEnded)
            offset += Int64(bytes.count)
            progress?.advance(by: Int64(bytes.count))
            batch.append(chunk, partition: partition, next: offset)
        }
    }
}
