/// State that can be reached only under a monitor's lock.
public final class Guarded<State: ~Copyable>: @unchecked Sendable {
    // Proof for `@unchecked Sendable`: `state` is touched only inside `withLock` and `waitWithLock`, that is by the
    // holder of the lock. State comes in as `sending` and leaves only as `Sendable` results.
    private var state: State
    /// The lock; its conditions are waited for by ``waitWithLock(_:)``.
    public let monitor: Monitor

    /// Puts state behind a lock.
    public init(_ state: consuming sending State, scheduler: any Scheduler) {
        self.state = state
        monitor = scheduler.makeMonitor()
    }

    /// Gives access to the state for the time of a call, under the lock.
    public func withLock<Result: Sendable, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        monitor.lock()
        defer { monitor.unlock() }
        return try body(&state)
    }

    /// Asks a closure again and again, under the lock, until it is done; waits between the tries.
    ///
    /// The wait stands outside of the closure, because others change the state meanwhile: access to it must end first.
    public func waitWithLock<Result: Sendable>(_ attempt: (inout State) -> Attempt<Result>) -> Result {
        monitor.lock()
        defer { monitor.unlock() }
        while true {
            switch attempt(&state) {
            case .done(let result): return result
            case .wait(let condition, let deadline): condition.wait(until: deadline)
            }
        }
    }
}

/// What a look at guarded state came to.
public enum Attempt<Result: Sendable>: Sendable {
    /// There is a result.
    case done(Result)
    /// Look again when the condition is signalled or the deadline has passed.
    case wait(Monitor.Condition, until: MonotonicTime)

    /// Look again when the condition is signalled.
    public static func wait(_ condition: Monitor.Condition) -> Attempt {
        .wait(condition, until: .distantFuture)
    }
}
