import Connect

/// Writes a file that appears under its name at the end, as a whole.
struct AtomicWriter: SinkWriter {
    private let sink: FileSink
    private var elements: ElementWriter
    private var file: (any OpenFile)?

    init(_ sink: FileSink) {
        self.sink = sink
        elements = ElementWriter(framing: sink.framing)
    }

    private var temporary: FilePath { sink.path.adding(".temporary") }

    mutating func open(_ context: SinkContext) throws {
        try checkTarget()
        try sink.fileSystem.existing(temporary, followsLinks: false)?.requireRegular(temporary)
        let file = try sink.fileSystem.open(temporary, FileAccess(.write, creates: true))
        try lock(file)
        // What a crash left behind: none of it was confirmed.
        try file.truncate(to: 0)
        if let format = sink.format {
            try format.head.withUnsafeBytes { (bytes) throws(ConnectorError) in try file.write(bytes) }
        }
        self.file = file
    }

    mutating func write(
        _ batch: borrowing Batch<Bytes>, _ acknowledgement: consuming SinkAcknowledgement
    ) throws {
        guard let file else { throw ConnectorError.notOpen("\(sink.path)") }
        _ = try elements.write(batch, 0..<batch.count, to: file)
    }

    mutating func close(succeeded: Bool) throws {
        guard let file else { return }
        self.file = nil
        do {
            guard succeeded else {
                try sink.fileSystem.remove(temporary)
                return try file.close()
            }
            if sink.durability != .none { try file.synchronize() }
            try checkTarget()
            try sink.fileSystem.rename(temporary, to: sink.path)
            try file.close()
        } catch {
            try? sink.fileSystem.remove(temporary)
            try? file.close()
            throw error
        }
        if sink.durability != .none { try sink.fileSystem.synchronize(directory: sink.path.directory) }
    }

    /// - Throws: where the name is taken by something that is not to be replaced
    private func checkTarget() throws(ConnectorError) {
        guard let found = try sink.fileSystem.existing(sink.path, followsLinks: false) else { return }
        guard sink.mode == .create else { return try found.requireRegular(sink.path) }
        throw ConnectorError(
            .configuration,
            "\(sink.path) is there already (\(found.kind.words)) and is to be created; remove it, name another file, "
                + "or choose the mode .append or .replace")
    }

    // The lock lives as long as the file is open, so what a dead process left behind is free. Between opening and
    // locking it may have got its final name: then it is no longer ours to write.
    private func lock(_ file: any OpenFile) throws(ConnectorError) {
        do throws(ConnectorError) {
            try file.lock()
        } catch {
            throw error.code == .locked ? isWritten(error) : error
        }
        let named = try sink.fileSystem.existing(temporary, followsLinks: false)
        guard try named?.identity == file.status().identity else { throw isWritten(nil) }
    }

    private func isWritten(_ cause: ConnectorError?) -> ConnectorError {
        ConnectorError(
            .locked,
            "\(sink.path) is being written by another process or run, under the name \(temporary); "
                + "wait for its end, or write to another file",
            cause: cause)
    }
}
