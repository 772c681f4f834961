/// The one place where a run meets threads and time: whoever waits, starts a thread or reads a clock asks it.
///
/// The real scheduler (``SystemScheduler``) uses POSIX threads and the monotonic clock. `ConnectTesting` has one that
/// lets a single thread run at a time and draws the next one from a seed, so that a whole pipeline can be replayed.
public protocol Scheduler: AnyObject, Sendable {
    /// The monotonic clock.
    var now: MonotonicTime { get }

    /// The time of day, for metrics and nothing else: it may be set back. By default the monotonic clock, as though it
    /// had begun with the epoch.
    var timeOfDay: EventTime { get }

    /// The hooks a monitor calls in a simulation; nil where real threads are scheduled by the system.
    var simulation: (any Simulation)? { get }

    /// Starts a thread.
    ///
    /// - Parameters:
    ///   - name: for debuggers; 15 characters at most are shown
    ///   - body: what it does; runs once
    func spawn(name: String, _ body: sending @escaping () -> Void)
}

/// What a simulated scheduler does where a real monitor would lock, wait and wake.
///
/// Exactly one thread runs at a time, so a lock is a note of who holds it.
public protocol Simulation: AnyObject, Sendable {
    /// A thread is about to take a lock: another may be let run first.
    func willLock()
    /// A thread waits on a condition until it is signalled or the deadline has passed.
    func wait(on condition: ObjectIdentifier, until deadline: MonotonicTime)
    /// Wakes one thread that waits on a condition, or all.
    func signal(_ condition: ObjectIdentifier, all: Bool)
    /// Whether a shortcut is taken that is a matter of speed only: both ways must be right, so both are to be tried.
    func takesShortcut() -> Bool
}

extension Simulation {
    /// Always.
    public func takesShortcut() -> Bool { true }
}

extension Scheduler {
    /// The monotonic clock, as though it had begun with the epoch.
    public var timeOfDay: EventTime { EventTime(nanosecondsSinceEpoch: Int64(clamping: now.nanoseconds)) }

    /// Makes a monitor whose waits this scheduler decides.
    public func makeMonitor() -> Monitor {
        Monitor(simulation: simulation)
    }
}
