import CoreMetrics
import Logging
import Synchronization

/// Watches over one run on a thread of its own: commits, stops, gives up waiting, and ends it.
///
/// A run is one attempt, unless its sink writes in transactions: after an aborted one everything is built anew and goes on
/// from the last that was committed.
final class Supervisor: Sendable {
    /// How long sources may take to close; past it they are left behind.
    private static let closeTimeout = Duration.seconds(6)

    private let plan: Plan
    private let options: RunOptions
    /// The attempt under way.
    private let attempt: Guarded<RunState>
    private let exchange = RunExchange()
    private let committer: Committer
    /// nil where nobody listens.
    private let metricsFactory: (any MetricsFactory)?
    private let outcome: Guarded<Result<RunReport, PipelineError>?>
    private let ended: Monitor.Condition
    /// Set when the run has been built.
    private let reader = Mutex<StatusReader?>(nil)
    private let onEnd: @Sendable (Result<RunReport, PipelineError>) -> Void

    init(
        plan: Plan, options: RunOptions, onEnd: @escaping @Sendable (Result<RunReport, PipelineError>) -> Void
    ) {
        self.plan = plan
        self.options = options
        self.onEnd = onEnd
        attempt = Guarded(RunState(plan: plan, options: options, exchange: exchange), scheduler: options.scheduler)
        committer = Committer(plan: plan, options: options)
        let factory = options.metrics ?? MetricsSystem.factory
        metricsFactory = factory is NOOPMetricsHandler ? nil : factory
        outcome = Guarded(nil, scheduler: options.scheduler)
        ended = outcome.monitor.makeCondition()
    }

    /// Starts the run; returns at once.
    func start() {
        options.scheduler.spawn(name: "supervisor") { self.work() }
    }

    /// The sources are to stop; everything under way is drained.
    func stop() { attempt.withLock { $0.stop() } }

    /// Whenever the run ends, it is to go on later.
    func suspend() { attempt.withLock { $0.suspend() } }

    /// Nothing is waited for any more.
    func abort() { attempt.withLock { $0.abort() } }

    /// Waits for the end on the calling thread.
    func wait() -> Result<RunReport, PipelineError> {
        outcome.waitWithLock { outcome in
            outcome.map { .done($0) } ?? .wait(ended)
        }
    }

    /// How many batches of the source are not done.
    var pendingBatches: Int { attempt.withLock { $0.tracker.outstanding.load(ordering: .relaxed) } }

    /// Whether a limit, a failure or a drop has ended what may be committed.
    var hasCeiling: Bool { attempt.withLock { $0.tracker.hasCeiling } }

    /// Why the run will not have delivered everything; nil where nothing has failed yet.
    var failure: PipelineError? { attempt.withLock { $0.error } }

    /// How the run stands.
    var status: RunStatus {
        let hasEnded = outcome.withLock { $0 != nil }
        return reader.withLock { $0 }?.status(hasEnded: hasEnded) ?? RunStatus(of: plan, hasEnded: hasEnded)
    }

    // MARK: the supervisor's thread

    private func work() {
        let started = options.scheduler.now
        var run = attempt.withLock { $0 }
        do {
            run.setRestored(states: try committer.open())
        } catch {
            committer.close()
            return end(.failure(error))
        }
        options.logger.info("pipeline starts", metadata: ["pipeline": "\(plan.pipeline)", "plan": "\(plan.hash)"])
        var stopTime = StopTime(options)
        var rewinds = Rewinds(limit: options.abortedTransactionLimit)
        var metrics: RunMetrics?
        var counters: [StageCounters]?
        while true {
            let materializer = build(run, counters)
            counters = materializer.counters
            reader.withLock { $0 = StatusReader(plan, materializer, committer, started: started) }
            metrics?.follow(materializer)
            metrics = metrics ?? metricsFactory.map { RunMetrics(plan: plan, materializer, committer, $0) }
            var failure = watch(run, materializer, metrics, &stopTime)
            metrics?.publish(isFinal: true)
            // Raised for its handlers too: they hold on to what they would wake.
            materializer.interrupt.raise()
            run.settle()
            if failure == nil, let aborted = run.transactions?.aborted {
                rewinds.note(committed: run.transactions?.committed ?? 0)
                if rewinds.isOver { failure = rewinds.failure(aborted, of: plan) }
                if let next = rewind(from: run, aborted, rewinds, isLast: failure != nil) {
                    run = next
                    continue
                }
            }
            if !run.isAborted {
                run.waitUntilClosed(until: options.scheduler.now.advanced(by: Supervisor.closeTimeout))
            }
            committer.close()
            let report = RunReport(
                plan: plan, counters: materializer.counters, duration: options.scheduler.now.elapsed(since: started),
                committed: committer.committed, commits: committer.commitCount, wasStopped: run.wasStopRequested,
                abortedTransactions: rewinds.count)
            return conclude(report, failure)
        }
    }

    private func build(_ run: RunState, _ counters: [StageCounters]?) -> Materializer {
        var materializer = Materializer(
            plan: plan, run: run, options: options, counters: counters, metrics: metricsFactory,
            onCommit: { [committer] in committer.noteCommitted($0) })
        materializer.start(
            root: RootSettings(
                batchCapacity: options.batchCapacity, acknowledges: options.acknowledgements, logger: options.logger,
                declaredAt: nil, positionsAreCommittedBySink: plan.commitsInTransactions,
                positions: { [committer] restored in try committer.positions(restoredBySink: restored) },
                onOpen: { [committer] in committer.use($0) },
                commitNow: { run.commitNow() },
                forget: { [committer] in committer.forget($0) }))
        return materializer
    }

    /// Watches until the attempt has ended, and makes its last commit.
    ///
    /// - Returns: why it failed; nil where it did not
    private func watch(
        _ run: RunState, _ materializer: Materializer, _ metrics: RunMetrics?, _ stopTime: inout StopTime
    ) -> PipelineError? {
        guard drain(run, materializer, metrics, &stopTime) else {
            // What hangs is left behind: its sinks and sources cannot be closed.
            let failure = run.error ?? timedOut()
            try? committer.commit(materializer.tracker, attempts: 1, pausing: run)
            return failure
        }
        let failure = run.error
        do {
            try committer.commit(materializer.tracker, attempts: 5, pausing: run, isFinal: true)
            return failure
        } catch {
            return failure ?? error
        }
    }

    /// Goes back to the last transaction that was committed.
    ///
    /// - Returns: the next attempt; nil where there is to be none
    private func rewind(
        from run: RunState, _ aborted: TransactionAborted, _ rewinds: Rewinds, isLast: Bool
    ) -> RunState? {
        options.logger.warning(
            "transaction aborted",
            metadata: ["pipeline": "\(plan.pipeline)", "reason": "\(aborted.reason)", "count": "\(rewinds.count)"])
        if isLast { return nil }
        // The next one opens what this one must have closed.
        run.waitUntilGone(and: options.scheduler.now.advanced(by: rewinds.pause))
        let next = RunState(
            plan: plan, options: options, exchange: exchange, goingOnFrom: run.transactions?.kept ?? [:])
        return attempt.withLock { current in
            // Asked to stop, a run need not do again what will be done after the next start.
            if run.wasStopRequested { return nil }
            if run.isAborted { next.abort() }
            current = next
            return next
        }
    }

    private func conclude(_ report: RunReport, _ failure: PipelineError?) {
        if let failure {
            options.logger.debug(
                "pipeline failed", metadata: ["pipeline": "\(plan.pipeline)", "error": "\(failure)"])
            end(.failure(failure))
        } else {
            options.logger.info(
                "pipeline ended",
                metadata: ["pipeline": "\(plan.pipeline)", "elements": "\(report.elementsRead)"])
            end(.success(report))
        }
    }

    private func end(_ result: Result<RunReport, PipelineError>) {
        outcome.withLock { outcome in
            outcome = result
            ended.broadcast()
        }
        onEnd(result)
    }

    private func timedOut() -> PipelineError {
        PipelineError(
            code: .shutdownTimedOut, stage: plan.pipeline,
            message: "the drain did not end within \(options.shutdownTimeout); what was not done is not committed and "
                + "comes again after a restart")
    }

    /// Commits in intervals until all threads have ended.
    ///
    /// - Returns: whether everything was drained; false where the run was aborted
    private func drain(
        _ run: RunState, _ materializer: Materializer, _ metrics: RunMetrics?, _ stopTime: inout StopTime
    ) -> Bool {
        var seen = RunState.Outlook(
            alive: -1, isStopping: false, wantsNoMore: false, isAborted: false, wantsCommit: false)
        var nextCommit = options.scheduler.now.advanced(by: options.checkpointEvery)
        var shutdown = MonotonicTime.distantFuture
        var stall = StallWatch(timeout: options.stallTimeout, scheduler: options.scheduler)
        var letterThreads = materializer.deadLetterSegments.count
        while true {
            seen = run.wait(until: min(nextCommit, shutdown, stall.deadline, stopTime.deadline), after: seen)
            let now = options.scheduler.now
            if stopTime.hasCome(now) { run.stop() }
            // A limit only ends the source: its drain may take as long as it takes.
            if seen.wantsNoMore || seen.isStopping { materializer.interrupt.raise() }
            if seen.isStopping, shutdown == .distantFuture {
                shutdown = now.advanced(by: options.shutdownTimeout)
            }
            if seen.isAborted || now >= shutdown {
                abort(run, materializer)
                return false
            }
            // What is under way will be done again.
            if seen.wantsNoMore, run.transactions?.aborted != nil { refuse(materializer.segments) }
            if seen.wantsCommit || now >= nextCommit {
                let wanted = run.commitsWanted
                commit(run, materializer.tracker)
                metrics?.publish()
                run.serveCommits(wanted)
                // Counted from the end of the commit: one that takes long makes commits rarer, not the flow slower.
                nextCommit = options.scheduler.now.advanced(by: options.checkpointEvery)
            }
            if seen.alive == 0 { return true }
            if seen.alive == letterThreads {
                materializer.endDeadLetters()
                letterThreads = -1
            }
            if let report = stall.check(materializer) { options.logger.warning("\(report)") }
        }
    }

    private func commit(_ run: RunState, _ tracker: PositionTracker) {
        do {
            try committer.commit(tracker, attempts: 5, pausing: run)
        } catch {
            run.report(StageFailure(error: error, sequence: Int.max, index: 0))
        }
    }

    private func abort(_ run: RunState, _ materializer: Materializer) {
        run.abort()
        refuse(materializer.segments + materializer.deadLetterSegments)
    }

    private func refuse(_ segments: [any Segment]) {
        for segment in segments { segment.refuse() }
    }
}
