import Connect

/// Adds to a file, or to a series of files, at least once.
struct AppendingWriter: SinkWriter {
    private let sink: FileSink
    private var series: OutputSeries
    private var scheduler: (any Scheduler)?
    private var lock: (any OpenFile)?

    init(_ sink: FileSink) {
        self.sink = sink
        series = OutputSeries(sink)
    }

    mutating func open(_ context: SinkContext) throws {
        scheduler = context.scheduler
        // A format with a head has one writer at a time; lines may come from several.
        guard series.names.isRolled || sink.format != nil else {
            return try series.openExisting(now: context.scheduler.now)
        }
        // Kept only once all is well, so that a failed start holds nothing.
        let lock = try LockFile.take(
            series.names.lock, for: "the series of output files \(sink.path)", in: sink.fileSystem)
        if series.names.isRolled {
            series.start(at: try SeriesRecovery(sink).completeAll())
            try series.probe()
        } else {
            try series.openExisting(now: context.scheduler.now)
        }
        self.lock = lock
    }

    mutating func write(
        _ batch: borrowing Batch<Bytes>, _ acknowledgement: consuming SinkAcknowledgement
    ) throws {
        guard let scheduler else { throw ConnectorError.notOpen("\(sink.path)") }
        // The time is asked for only where it decides something.
        try series.write(batch, now: sink.roll?.every == nil ? MonotonicTime(nanoseconds: 0) : scheduler.now)
        try series.complete()
    }

    mutating func flush() throws {
        try series.synchronize()
    }

    mutating func service(now: MonotonicTime) throws -> MonotonicTime? {
        let deadline = try series.endIfDue(now)
        try series.complete()
        return deadline
    }

    mutating func close(succeeded: Bool) throws {
        defer { try? lock?.close() }
        // A file that a failure has interrupted holds confirmed elements too: the next run completes it.
        if succeeded {
            try series.synchronize()
            try series.endCurrent()
            try series.complete()
        }
        try series.close()
    }
}
