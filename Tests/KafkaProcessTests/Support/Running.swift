import Connect
import Logging
import ProcessSupport
import Synchronization

/// What a run has logged.
final class RunLog: Sendable {
    private let entries = Mutex<[String]>([])

    var lines: [String] { entries.withLock { $0 } }

    fileprivate func add(_ line: String) {
        entries.withLock { $0.append(line) }
    }

    /// How many lines contain some words.
    func count(_ words: String) -> Int { lines.count { $0.contains(words) } }
}

private struct RecordingLogHandler: LogHandler {
    let log: RunLog
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        log.add("\(event.level): \(event.message)")
    }
}

extension RunOptions {
    /// Commits soon, and logs where a test can look.
    static func watched(_ log: RunLog = RunLog(), batchCapacity: Int = 4096) -> RunOptions {
        RunOptions(
            checkpointEvery: .milliseconds(20), logger: Logger(label: "test") { _ in RecordingLogHandler(log: log) },
            batchCapacity: batchCapacity)
    }
}

/// Lets a test do something with a run, and waits for its end.
///
/// - Returns: how the run ended
func whileRunning(
    _ pipeline: Pipeline, _ options: RunOptions = .watched(), _ body: (PipelineRun) async throws -> Void
) async throws -> Result<RunReport, any Error> {
    let run = try PipelineRun(pipeline, options)
    do {
        try await body(run)
    } catch {
        run.abort()
        throw error
    }
    do {
        return .success(try await run.value())
    } catch {
        return .failure(error)
    }
}

extension PipelineRun {
    /// How many elements the sink was given.
    var written: Int { status.stages.last?.received ?? 0 }

    /// How far all partitions together are committed.
    var committed: Int64 { status.committed.reduce(0) { $0 + $1.offset } }

    /// Waits until all partitions together are committed so far.
    func waitForCommit(of offsets: Int64) async throws {
        try await eventually("the commit of \(offsets); committed are \(self.status.committed)") {
            if status.phase == .ended { throw TestFailure("the run has ended") }
            return committed >= offsets
        }
    }
}
