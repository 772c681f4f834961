import Connect

/// Adds to a file, or to a series of files, exactly once.
///
/// Beside the output stands a record: a place in it, and the positions from which the source goes on there. The output
/// up to the place is made durable first, then the record is replaced in one step; so after a crash at any moment the
/// output reaches at least to the place, and is cut there. Files of a series get their final names only when the
/// record has passed them, so that no file with a final name is ever cut.
struct ExactlyOnceWriter: SinkWriter {
    private let sink: FileSink
    private var series: OutputSeries
    private var ledger: PositionLedger?
    private var lock: (any OpenFile)?
    private var scheduler: (any Scheduler)?
    /// Where the output stood at the last boundary.
    private var boundary: OutputBoundary

    init(_ sink: FileSink) {
        self.sink = sink
        series = OutputSeries(sink)
        boundary = series.boundary
    }

    mutating func open(_ context: SinkContext) throws {
        scheduler = context.scheduler
        // Kept only once all is well, so that a failed start holds nothing.
        let lock = try LockFile.take(series.names.lock, for: "the output \(sink.path)", in: sink.fileSystem)
        var ledger = PositionLedger(series.names, pipeline: context.pipeline, fileSystem: sink.fileSystem)
        let recovery = SeriesRecovery(sink)
        if try ledger.read() == nil {
            try recovery.requireEmpty()
            // Stored before anything is written, so that whatever a crash leaves has a record.
            try ledger.store(boundary, [])
        } else {
            // The rename of the last run may not be durable yet: nothing is done to the output before it is.
            try sink.fileSystem.synchronize(directory: sink.path.directory)
        }
        boundary = ledger.stored?.boundary ?? boundary
        try recovery.restore(boundary)
        series.start(at: boundary.file)
        if boundary.length > 0 || !series.names.isRolled {
            try series.openExisting(now: context.scheduler.now, boundary: boundary)
        } else {
            try series.probe()
        }
        self.ledger = ledger
        self.lock = lock
    }

    func restoredPositions() -> [Position]? {
        ledger?.stored?.positions ?? []
    }

    mutating func write(
        _ batch: borrowing Batch<Bytes>, _ acknowledgement: consuming SinkAcknowledgement
    ) throws {
        guard let scheduler else { throw ConnectorError.notOpen("\(sink.path)") }
        try series.write(batch, now: sink.roll?.every == nil ? MonotonicTime(nanoseconds: 0) : scheduler.now)
    }

    mutating func flush() throws {
        try series.synchronize()
    }

    mutating func service(now: MonotonicTime) throws -> MonotonicTime? {
        try series.endIfDue(now)
    }

    mutating func markBoundary() {
        boundary = series.boundary
    }

    mutating func store(_ positions: [Position]) throws {
        // Nothing is left to do here after a flush; the order must not depend on the caller.
        try series.synchronize()
        // Kept, since a file that has its final name is no longer known as the end that it was.
        boundary = series.normalized(boundary)
        try record(boundary, positions)
    }

    mutating func close(succeeded: Bool) throws {
        defer { try? lock?.close() }
        if succeeded, let stored = ledger?.stored, stored.boundary == series.normalized(series.boundary) {
            // Everything written is covered, so the last file is whole.
            try series.endCurrent()
            boundary = series.boundary
            try record(boundary, stored.positions)
        }
        try series.close()
    }

    private mutating func record(_ place: OutputBoundary, _ positions: [Position]) throws {
        try ledger?.store(place, positions)
        try series.complete(below: place.file)
    }
}
