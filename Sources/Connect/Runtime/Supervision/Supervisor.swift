import CoreMetrics
import Logging
import Synchronization

/// Watches over one run on a thread of its own: commits, stops, gives up waiting, and ends it.
final class Supervisor: Sendable {
    /// How long sources may take to close; past it they are left behind.
    private static let closeTimeout = Duration.seconds(6)

    private let plan: Plan
    private let run: RunState
    private let options: RunOptions
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
        run = RunState(plan: plan, options: options)
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
    func stop() { run.stop() }

    /// Nothing is waited for any more.
    func abort() { run.abort() }

    /// Waits for the end on the calling thread.
    func wait() -> Result<RunReport, PipelineError> {
        outcome.waitWithLock { outcome in
            outcome.map { .done($0) } ?? .wait(ended)
        }
    }

    /// How many batches of the source are not done.
    var pendingBatches: Int { run.tracker.outstanding.load(ordering: .relaxed) }

    /// How the run stands.
    var status: RunStatus {
        let hasEnded = outcome.withLock { $0 != nil }
        return reader.withLock { $0 }?.status(hasEnded: hasEnded) ?? RunStatus(of: plan, hasEnded: hasEnded)
    }

    // MARK: the supervisor's thread

    private func work() {
        let started = options.scheduler.now
        do {
            run.setRestored(states: try committer.open())
        } catch {
            committer.close()
            return end(.failure(error))
        }
        options.logger.info("pipeline starts", metadata: ["pipeline": "\(plan.pipeline)", "plan": "\(plan.hash)"])
        var materializer = Materializer(plan: plan, run: run, options: options, metrics: metricsFactory)
        materializer.start(
            root: RootSettings(
                batchCapacity: options.batchCapacity, acknowledges: options.acknowledgements, logger: options.logger,
                declaredAt: nil,
                positions: { [committer] restored in try committer.positions(restoredBySink: restored) },
                onOpen: { [committer] in committer.use($0) },
                commitNow: { [run] in run.commitNow() },
                forget: { [committer] in committer.forget($0) }))
        reader.withLock { $0 = StatusReader(plan, materializer, committer, started: started) }
        let metrics = metricsFactory.map { RunMetrics(plan: plan, materializer, committer, $0) }
        let drained = watch(materializer, metrics)
        var failure = run.error
        if drained {
            do {
                try committer.commit(materializer.tracker, attempts: 5, pausing: run, isFinal: true)
            } catch {
                failure = failure ?? error
            }
        } else {
            // What hangs is left behind: its sinks and sources cannot be closed.
            failure = failure ?? timedOut()
            try? committer.commit(materializer.tracker, attempts: 1, pausing: run)
        }
        metrics?.publish(isFinal: true)
        // Raised for its handlers too: they hold on to what they would wake.
        materializer.interrupt.raise()
        run.settle()
        if drained { run.waitUntilClosed(until: options.scheduler.now.advanced(by: Supervisor.closeTimeout)) }
        committer.close()
        let report = RunReport(
            plan: plan, counters: materializer.counters, duration: options.scheduler.now.elapsed(since: started),
            committed: committer.committed, commits: committer.commitCount, wasStopped: run.wasStopRequested)
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
    private func watch(_ materializer: Materializer, _ metrics: RunMetrics?) -> Bool {
        var seen = RunState.Outlook(
            alive: -1, isStopping: false, wantsNoMore: false, isAborted: false, wantsCommit: false)
        var nextCommit = options.scheduler.now.advanced(by: options.checkpointEvery)
        var shutdown = MonotonicTime.distantFuture
        var end = StopTime(options)
        var stall = StallWatch(timeout: options.stallTimeout, scheduler: options.scheduler)
        var letterThreads = materializer.deadLetterSegments.count
        while true {
            seen = run.wait(until: min(nextCommit, shutdown, stall.deadline, end.deadline), after: seen)
            let now = options.scheduler.now
            if end.hasCome(now) { run.stop() }
            // A limit only ends the source: its drain may take as long as it takes.
            if seen.wantsNoMore || seen.isStopping { materializer.interrupt.raise() }
            if seen.isStopping, shutdown == .distantFuture {
                shutdown = now.advanced(by: options.shutdownTimeout)
            }
            if seen.isAborted || now >= shutdown {
                abort(materializer)
                return false
            }
            if seen.wantsCommit || now >= nextCommit {
                let wanted = run.commitsWanted
                commit(materializer.tracker)
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

    private func commit(_ tracker: PositionTracker) {
        do {
            try committer.commit(tracker, attempts: 5, pausing: run)
        } catch {
            run.report(StageFailure(error: error, sequence: Int.max, index: 0))
        }
    }

    private func abort(_ materializer: Materializer) {
        run.abort()
        for segment in materializer.segments + materializer.deadLetterSegments { segment.refuse() }
    }
}
