extension Pipeline {
    /// Runs the pipeline in this process, until the source has ended, a limit is reached, a stage has failed or the
    /// task is cancelled. Cancelling lets everything under way drain first.
    ///
    /// - Parameter options: how to run it
    /// - Returns: what the run did
    /// - Throws: ``PlanError`` where the declaration has mistakes, before anything is opened; ``PipelineError`` where
    ///   not everything was delivered
    @discardableResult
    public func run(_ options: RunOptions = RunOptions()) async throws -> RunReport {
        let run = try PipelineRun(self, options)
        return try await withTaskCancellationHandler {
            try await run.value()
        } onCancel: {
            run.stop()
        }
    }
}

/// A run of a pipeline that is under way, for those who start and stop it themselves.
public final class PipelineRun: Sendable {
    private let supervisor: Supervisor
    private let completion: RunCompletion
    /// The plan that is run.
    public let plan: Plan

    /// Plans a pipeline and starts it; returns at once.
    ///
    /// - Throws: ``PlanError`` where the declaration has mistakes; nothing was opened then
    public convenience init(_ pipeline: Pipeline, _ options: RunOptions = RunOptions()) throws(PlanError) {
        try self.init(try pipeline.plan(), options)
    }

    /// Starts what was planned; returns at once.
    ///
    /// - Parameters:
    ///   - plan: what is run
    ///   - options: how to run it
    ///   - onEnd: told the end, on the run's own thread
    /// - Throws: ``PlanError`` where the plan has network stages; nothing was opened then
    package init(
        _ plan: Plan, _ options: RunOptions,
        onEnd: @escaping @Sendable (Result<RunReport, PipelineError>) -> Void = { _ in }
    ) throws(PlanError) {
        try plan.requireSingleProcess()
        self.plan = plan
        let completion = RunCompletion()
        self.completion = completion
        supervisor = Supervisor(plan: plan, options: options) { result in
            completion.end(result)
            onEnd(result)
        }
        supervisor.start()
    }

    /// Stops the sources; everything under way is drained. May be called at any time and more than once.
    public func stop() {
        supervisor.stop()
    }

    /// Prepares the run for an end that is not that of its source: another run goes on where this one was committed last.
    /// Folds keep what they hold, and its elements come again. What ends the run is ``stop()``, or its source.
    package func suspend() {
        supervisor.suspend()
    }

    /// Ends the run at once: what is not done is not committed. Threads stuck in user code are left behind.
    public func abort() {
        supervisor.abort()
    }

    /// How the run stands now. May be asked for at any time, from any thread; it costs the run nothing.
    public var status: RunStatus { supervisor.status }

    /// Whether a limit, a failure or a stop has ended what may be committed.
    package var hasCeiling: Bool { supervisor.hasCeiling }

    /// Why the run will not have delivered everything, as far as is known while it goes to its end.
    package var failure: PipelineError? { supervisor.failure }

    /// How many batches of the source are not done; for tests of what a long run holds.
    package var pendingBatches: Int { supervisor.pendingBatches }

    /// Waits for the end.
    ///
    /// - Throws: ``PipelineError`` where not everything was delivered
    public func value() async throws -> RunReport {
        try await completion.value()
    }

    /// Waits for the end on the calling thread, by the run's scheduler; not for tasks of the cooperative pool.
    ///
    /// - Throws: ``PipelineError`` where not everything was delivered
    public func wait() throws(PipelineError) -> RunReport {
        try supervisor.wait().get()
    }
}
