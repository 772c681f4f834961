public import Connect

/// A scheduler that lets one thread run at a time and draws the next one from a seed: a whole run can be replayed.
///
/// Threads are real ones that hand a baton to each other where a lock is taken or a condition waited for. Time is
/// virtual: it advances a little at each lock, and where no thread can run it jumps to the earliest deadline that one
/// waits for. Where there is none, the run is stuck; that is found at once and said with what each thread waits for.
///
/// ```swift
/// let report = try SeededScheduler.run(seed: 7) { scheduler in
///     try PipelineRun(pipeline, RunOptions(scheduler: scheduler)).wait()
/// }
/// ```
///
/// Everything that is to be simulated must wait, sleep and start threads by the scheduler. Tasks and other threads of
/// the process must not touch the run, so that `mapAsync` cannot be simulated.
public final class SeededScheduler: Scheduler, Simulation {
    /// What a simulation may take before it is given up.
    public struct Limits: Sendable {
        /// How often locks may be taken; more is a livelock.
        public var steps = 5_000_000
        /// How long, in real time, a thread may keep the baton.
        public var realTime = Duration.seconds(120)
        /// Whether all threads must have ended with the simulation; those of a run that was aborted may not have.
        public var threadsMustEnd = true

        /// The usual limits.
        public init() {}
    }

    // A real lock: the state is touched by whoever has the baton, and by the caller that waits for the end.
    private let state: Guarded<BatonState>
    private let outcome: Monitor.Condition
    private let limits: Limits

    init(seed: UInt64, limits: Limits) {
        self.limits = limits
        state = Guarded(BatonState(seed: seed, maxSteps: limits.steps), scheduler: SystemScheduler.shared)
        outcome = state.monitor.makeCondition()
    }

    /// Runs a closure, and the threads that it starts, on simulated threads.
    ///
    /// - Parameters:
    ///   - seed: decides who runs when
    ///   - limits: what the simulation may take
    ///   - body: runs on a simulated thread of its own; what it is not given by value must be `Sendable`
    /// - Returns: what the closure returns, when all threads have ended
    /// - Throws: what the closure throws; a ``SimulationFailure`` where the simulation cannot go on: its threads are
    ///   then left behind
    public static func run<Result: Sendable>(
        seed: UInt64, limits: Limits = Limits(),
        _ body: @escaping @Sendable (SeededScheduler) throws -> Result
    ) throws -> Result {
        let scheduler = SeededScheduler(seed: seed, limits: limits)
        let result = Guarded<Swift.Result<Result, any Error>?>(nil, scheduler: SystemScheduler.shared)
        scheduler.spawn(name: "test") {
            let ended = Swift.Result { try body(scheduler) }
            result.withLock { $0 = ended }
        }
        try scheduler.play(mayLeave: { result.withLock { $0 != nil } })
        guard let ended = result.withLock({ $0 }) else {
            throw SimulationFailure(kind: .stuck, report: "the test's thread has not ended")
        }
        return try ended.get()
    }

    // MARK: the seams

    /// The virtual time.
    public var now: MonotonicTime { state.withLock { $0.now } }

    /// Itself.
    public var simulation: (any Simulation)? { self }

    /// How often locks were taken so far, and how often another thread was let run.
    public var effort: (steps: Int, switches: Int) {
        state.withLock { ($0.steps, $0.switches) }
    }

    /// Adds a thread; it runs when it is drawn.
    public func spawn(name: String, _ body: sending @escaping () -> Void) {
        let turn = state.monitor.makeCondition()
        let thread = state.withLock { $0.addThread(named: name, turn: turn) }
        SystemScheduler.shared.spawn(name: name) {
            self.waitForTurn(of: thread)
            body()
            self.end(thread)
        }
    }

    /// May let another thread run.
    public func willLock() {
        let thread = state.withLock { $0.yieldForLock() }
        if let thread { waitForTurn(of: thread) }
    }

    /// Lets others run until the condition is signalled or the deadline has passed.
    public func wait(on condition: ObjectIdentifier, until deadline: MonotonicTime) {
        let thread = state.withLock { $0.suspend(on: condition, until: deadline) }
        if let thread { waitForTurn(of: thread) }
    }

    /// Lets one thread that waits on a condition run again, drawn by the seed, or all.
    public func signal(_ condition: ObjectIdentifier, all: Bool) {
        state.withLock { $0.signal(condition, all: all) }
    }

    /// Drawn from the seed.
    public func takesShortcut() -> Bool {
        state.withLock { $0.takesShortcut() }
    }

    // MARK: the baton

    /// After a failure the thread stays here for good.
    private func waitForTurn(of thread: Int) {
        state.waitWithLock { state in
            if state.failure != nil { outcome.broadcast() }
            return state.current == thread && state.failure == nil ? .done(()) : .wait(state.turn(of: thread))
        }
    }

    private func end(_ thread: Int) {
        state.withLock { state in
            state.end(thread)
            if state.isOver || state.failure != nil { outcome.broadcast() }
        }
    }

    /// Hands the baton to the first thread and waits for the end of all.
    private func play(mayLeave: () -> Bool) throws {
        state.withLock { $0.begin() }
        var seen = -1
        while true {
            let deadline = SystemScheduler.shared.now.advanced(by: limits.realTime)
            let failure: SimulationFailure?? = state.waitWithLock { state in
                if let failure = state.failure { return .done(.some(failure)) }
                if state.isOver { return .done(.some(nil)) }
                return SystemScheduler.shared.now >= deadline ? .done(nil) : .wait(outcome, until: deadline)
            }
            if let failure {
                guard let failure else { return }
                if failure.kind == .stuck, !limits.threadsMustEnd, mayLeave() { return }
                throw failure
            }
            try state.withLock { state throws(SimulationFailure) in
                if state.steps == seen { throw state.hang() }
                seen = state.steps
            }
        }
    }
}
