/// Tells a reader that waits that nothing more is wanted. Raised once, from any thread.
public final class Interrupt: Sendable {
    private struct State: Sendable {
        var isRaised = false
        var handlers: [@Sendable () -> Void] = []
    }

    private let state: Guarded<State>
    private let changed: Monitor.Condition
    private let scheduler: any Scheduler

    /// An interrupt that is not raised.
    public init(scheduler: any Scheduler) {
        self.scheduler = scheduler
        state = Guarded(State(), scheduler: scheduler)
        changed = state.monitor.makeCondition()
    }

    /// Whether it was raised.
    public var isRaised: Bool { state.withLock { $0.isRaised } }

    /// Calls a closure when it is raised, at once where it already is; for readers that wait in the system.
    public func onRaise(_ handler: @escaping @Sendable () -> Void) {
        let isRaised = state.withLock { state in
            if !state.isRaised { state.handlers.append(handler) }
            return state.isRaised
        }
        if isRaised { handler() }
    }

    /// Raises it: waits end and handlers run.
    public func raise() {
        let handlers = state.withLock { state in
            state.isRaised = true
            changed.broadcast()
            defer { state.handlers = [] }
            return state.handlers
        }
        for handler in handlers { handler() }
    }

    /// Waits until a time, or until it is raised.
    ///
    /// - Returns: whether the time was reached; false where it was raised before
    @discardableResult
    public func wait(until deadline: MonotonicTime) -> Bool {
        state.waitWithLock { state in
            if state.isRaised { return .done(false) }
            return scheduler.now >= deadline ? .done(true) : .wait(changed, until: deadline)
        }
    }
}
