import Connect

/// How a member's part of the work ended, from the loop to whoever waits.
final class PeersOutcome: Sendable {
    /// The end, and what the other members are told with it.
    struct End: Sendable {
        var result: Result<PeersReport, PipelineError>
        var goodbye: Goodbye
    }

    private let state: Guarded<End?>
    private let changed: Monitor.Condition

    /// Nothing has ended.
    init(scheduler: any Scheduler) {
        state = Guarded(nil, scheduler: scheduler)
        changed = state.monitor.makeCondition()
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
