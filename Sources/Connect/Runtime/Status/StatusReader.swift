import Synchronization

/// Reads how a run stands, on any thread: it looks at what the run counts and keeps anyway.
final class StatusReader: Sendable {
    /// A partition's position is told only of so many; more than that nobody reads.
    static let partitionLimit = 100

    private struct Part: Sendable {
        let number: Int
        let threads: Int
        let buffer: Int?
        /// nil for that of the source.
        let segment: (any Segment)?
        let paces: [PassPace]
    }

    private struct Row: Sendable {
        let planned: PlannedStage
        let counters: StageCounters
        let segment: Int
        let input: ElementType?
        let output: ElementType?
    }

    private let plan: Plan
    private let run: RunState
    private let committer: Committer
    private let stallTimeout: Duration?
    private let line: HeldLine
    private let started: MonotonicTime
    private let parts: [Part]
    private let rows: [Row]
    /// How much had gone through all stages when that was last seen to change.
    private let movement = Mutex<(total: Int, seenAt: MonotonicTime)?>(nil)

    init(_ plan: Plan, _ materializer: Materializer, _ committer: Committer, started: MonotonicTime) {
        self.plan = plan
        run = materializer.run
        self.committer = committer
        self.started = started
        stallTimeout = materializer.options.stallTimeout
        line = HeldLine(materializer)
        var parts = [
            Part(number: 1, threads: 1, buffer: nil, segment: nil, paces: materializer.rootPace.map { [$0] } ?? [])
        ]
        for (segment, built) in zip(plan.segments.dropFirst(), materializer.segments.reversed()) {
            parts.append(
                Part(
                    number: segment.number, threads: segment.workers, buffer: segment.buffer, segment: built,
                    paces: built.paces))
        }
        self.parts = parts
        rows = StatusReader.rows(plan, materializer.counters)
    }

    private static func rows(_ plan: Plan, _ counters: [StageCounters]) -> [Row] {
        let stages = plan.withCoders
        // What a splitter makes is what its source gives.
        let read = stages.prefix { $0.isOfRoot }.last?.output
        return stages.indices.filter { stages[$0].isCounted }.map { index in
            Row(
                planned: stages[index], counters: counters[index],
                segment: plan.segments.first { $0.stages.contains(index) }?.number ?? 1,
                input: index == 0 ? read : stages[index].input,
                output: index == 0 ? read : stages[index].output ?? stages[index].input)
        }
    }

    /// How the run stands now.
    ///
    /// - Parameter hasEnded: whether everything has ended
    /// - Returns: what is known; numbers of different threads may be of slightly different moments
    func status(hasEnded: Bool) -> RunStatus {
        let now = run.scheduler.now
        let tracker = run.tracker
        let latest = committer.latest
        let oldestReadAt = tracker.oldestReadAt
        let oldest = oldestReadAt == nil ? nil : tracker.oldest
        return RunStatus(
            pipeline: plan.pipeline, plan: plan.hash,
            phase: hasEnded ? .ended : phase, elapsed: now.elapsed(since: started), stages: rows.map(stage),
            segments: parts.map(segment),
            isBounded: plan.source?.isBounded ?? true, progress: run.progress.extent, lag: lag(at: now),
            batchesUnderWay: tracker.outstanding.load(ordering: .relaxed),
            oldest: oldest, oldestAge: oldestReadAt.map { now.elapsed(since: $0) } ?? .zero,
            commits: committer.commitCount, failedCommits: committer.failedAttempts, lastCommit: latest?.timeOfDay,
            commitsOnlyAtEnd: plan.commitsOnlyAtEnd,
            committed: Array(committer.committed.prefix(StatusReader.partitionLimit)),
            stall: stall(at: now, since: unmovedSince(now, oldestReadAt), oldest))
    }

    /// Since when the run does not get on; nil where it does.
    private func unmovedSince(_ now: MonotonicTime, _ oldestReadAt: MonotonicTime?) -> MonotonicTime? {
        guard plan.commitsOnlyAtEnd, oldestReadAt != nil, committer.lastFailure == nil else {
            return committer.uncommittedSince(oldestReadAt: oldestReadAt)
        }
        let total = rows.reduce(0) {
            $0 &+ $1.counters.received.load(ordering: .relaxed) &+ $1.counters.sent.load(ordering: .relaxed)
        }
        return movement.withLock { movement in
            if movement?.total != total { movement = (total, now) }
            return movement?.seenAt
        }
    }

    /// How far a run has come that has not ended.
    private var phase: RunStatus.Phase {
        if run.isStopping || run.wantsNoMore { return .draining }
        return run.isReading ? .running : .starting
    }

    private func lag(at now: MonotonicTime) -> Duration? {
        rows.first?.counters.lag(at: now, run.scheduler.timeOfDay)
    }

    private func stage(_ row: Row) -> RunStatus.Stage {
        let counters = row.counters
        return RunStatus.Stage(
            name: row.planned.name, kind: row.planned.statusKind, type: row.planned.kind, segment: row.segment,
            received: counters.received.load(ordering: .relaxed), sent: counters.sent.load(ordering: .relaxed),
            receivedBytes: counters.countedBytes(received: row.input),
            sentBytes: counters.countedBytes(sent: row.output),
            errors: counters.errors.load(ordering: .relaxed))
    }

    private func segment(_ part: Part) -> RunStatus.Segment {
        let load = part.segment?.load
        return RunStatus.Segment(
            number: part.number, threads: part.threads, buffer: part.buffer, waiting: load?.events ?? 0,
            waitingBytes: load?.bytes ?? 0,
            busy: .nanoseconds(part.paces.reduce(0) { $0 + $1.busy }))
    }

    private func stall(at now: MonotonicTime, since: MonotonicTime?, _ oldest: Position?) -> RunStatus.Stall? {
        guard let stallTimeout, let since, let holder = line.holder else { return nil }
        let age = now.elapsed(since: since)
        guard age > stallTimeout else { return nil }
        if let failure = committer.lastFailure {
            return RunStatus.Stall(
                stage: plan.sourceIdentity, position: oldest, age: age, reason: "commits fail: \(failure)")
        }
        return RunStatus.Stall(stage: holder.stage.name, position: oldest, age: age, reason: holder.reason)
    }
}

extension PlannedStage {
    fileprivate var statusKind: RunStatus.Stage.Kind {
        switch operation {
        case .source: .source
        case .sink: .sink
        default: .transform
        }
    }
}
