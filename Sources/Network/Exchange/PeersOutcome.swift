import Connect

/// How a member's part of the work ended, from the loop to whoever waits.
final class PeersOutcome: Sendable {
    /// The end, and what the other members are told with it.
    struct End: Sendable {
        var result: Result<PeersReport, PipelineError>
        var goodbye: Goodbye
    }

    private let state: Guarded<End?>
    /// The run of this member's last part; nil where it has none, or it has not begun.
    private let own: Guarded<(number: Int, run: PipelineRun)?>
    private let changed: Monitor.Condition

    /// Nothing has ended.
    init(scheduler: any Scheduler) {
        state = Guarded(nil, scheduler: scheduler)
        own = Guarded(nil, scheduler: scheduler)
        changed = state.monitor.makeCondition()
    }

    /// A part that this member reads or merges has begun.
    func began(_ number: Int, _ run: PipelineRun) {
        own.withLock { own in
            if own.map({ $0.number < number }) ?? true { own = (number, run) }
        }
    }

    /// How the member's own part stands; one that only shares the work, or waits for the others, runs as long as they do.
    func status(_ plan: Plan) -> RunStatus {
        if let run = own.withLock({ $0?.run }) { return run.status }
        var status = RunStatus(of: plan)
        status.phase = state.withLock { $0 == nil } ? .running : .ended
        return status
    }

    func end(_ result: Result<PeersReport, PipelineError>, _ goodbye: Goodbye) {
        state.withLock { state in
            if state == nil { state = End(result: result, goodbye: goodbye) }
            changed.broadcast()
        }
    }

    /// Waits for the end.
    func wait() -> End {
        state.waitWithLock { state in state.map { .done($0) } ?? .wait(changed) }
    }
}
