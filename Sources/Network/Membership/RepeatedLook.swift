import Connect

/// A thread that looks at something again and again, in an interval or when it is asked to.
final class RepeatedLook: Sendable {
    private struct State {
        var isAsked = false
        var isStopped = false
        var isRunning = false
    }

    private let state: Guarded<State>
    private let altered: Monitor.Condition
    private let scheduler: any Scheduler
    private let interval: Duration

    init(every interval: Duration, scheduler: any Scheduler) {
        self.interval = interval
        self.scheduler = scheduler
        state = Guarded(State(), scheduler: scheduler)
        altered = state.monitor.makeCondition()
    }

    /// Starts the thread; it looks at once, or first after an interval.
    ///
    /// - Parameters:
    ///   - name: that of the thread
    ///   - looksAtOnce: whether the first look is at once
    ///   - look: what it does; never by two threads at once
    func start(name: String, looksAtOnce: Bool, _ look: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.isRunning = true
            state.isAsked = looksAtOnce
        }
        scheduler.spawn(name: name) {
            while self.waitForTurn() { look() }
            self.state.withLock { state in
                state.isRunning = false
                self.altered.broadcast()
            }
        }
    }

    /// Lets the thread look as soon as it can.
    func lookSoon() {
        state.withLock { state in
            state.isAsked = true
            altered.broadcast()
        }
    }

    /// Ends the thread; waits for a look that is under way, 10 s at most.
    func stop() {
        let deadline = scheduler.now.advanced(by: .seconds(10))
        state.waitWithLock { state -> Attempt<Void> in
            state.isStopped = true
            altered.broadcast()
            return !state.isRunning || scheduler.now >= deadline ? .done(()) : .wait(altered, until: deadline)
        }
    }

    /// - Returns: false where it is to end
    private func waitForTurn() -> Bool {
        let next = scheduler.now.advanced(by: interval)
        return state.waitWithLock { state in
            if state.isStopped { return .done(false) }
            guard state.isAsked || scheduler.now >= next else { return .wait(altered, until: next) }
            state.isAsked = false
            return .done(true)
        }
    }
}
