import Connect

/// Where the threads of connections leave what has come for the thread that waits for it.
final class Mailbox<Part: Sendable>: Sendable {
    private struct State {
        var parts: [Part] = []
        var isStopped = false
    }

    private let state: Guarded<State>
    private let altered: Monitor.Condition
    private let scheduler: any Scheduler
    private let capacity: Int

    /// An empty mailbox.
    ///
    /// - Parameters:
    ///   - capacity: how many parts wait at most
    ///   - scheduler: by whom it is waited
    init(capacity: Int, scheduler: any Scheduler) {
        self.capacity = capacity
        self.scheduler = scheduler
        state = Guarded(State(), scheduler: scheduler)
        altered = state.monitor.makeCondition()
    }

    /// Whether nobody is to wait any more.
    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Adds a part.
    ///
    /// - Parameters:
    ///   - part: what came
    ///   - isLast: whether nothing comes behind it; then there is always room
    /// - Returns: false where there is no room and it is dropped
    func put(_ part: Part, isLast: Bool = false) -> Bool {
        state.withLock { state in
            guard isLast || state.parts.count < capacity else { return false }
            state.parts.append(part)
            altered.broadcast()
            return true
        }
    }

    /// Waits for the next part.
    ///
    /// - Returns: nil at the deadline, and where it is stopped
    func next(until deadline: MonotonicTime) -> Part? {
        state.waitWithLock { state in
            if state.isStopped { return .done(nil) }
            if !state.parts.isEmpty { return .done(state.parts.removeFirst()) }
            return scheduler.now >= deadline ? .done(nil) : .wait(altered, until: deadline)
        }
    }

    /// Waits for a while, or until it is stopped.
    func pause(until deadline: MonotonicTime) {
        state.waitWithLock { state -> Attempt<Void> in
            state.isStopped || scheduler.now >= deadline ? .done(()) : .wait(altered, until: deadline)
        }
    }

    /// Wakes whoever waits, for good.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            altered.broadcast()
        }
    }
}
