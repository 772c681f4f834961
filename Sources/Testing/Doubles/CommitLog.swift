public import Connect
import Synchronization

/// Keeps the positions of a ``ScriptedSource`` and records every commit; can be slow or fail on command.
public final class CommitLog: PositionCommitter {
    /// A commit that succeeded.
    public struct Commit: Sendable, Hashable {
        /// The positions that were committed.
        public let positions: [Position]
        /// When it was durable.
        public let time: MonotonicTime
    }

    private struct State: Sendable {
        var commits: [Commit] = []
        var ends: [ElementEnd] = []
        var positions: [String: Position] = [:]
        var failures = 0
        var failed = 0
        var delay = Duration.zero
        var scheduler: (any Scheduler)?
    }

    private let state: Mutex<State>
    private let onCommit: @Sendable ([Position]) -> Void
    private let onEnd: @Sendable ([ElementEnd]) -> Void

    /// A log without commits.
    ///
    /// - Parameters:
    ///   - delay: how long each commit takes
    ///   - onCommit: told the positions of every commit that succeeds, in order
    ///   - onEnd: told the ends of single messages, in order
    public init(
        delay: Duration = .zero, onCommit: @escaping @Sendable ([Position]) -> Void = { _ in },
        onEnd: @escaping @Sendable ([ElementEnd]) -> Void = { _ in }
    ) {
        self.onEnd = onEnd
        state = Mutex(State(delay: delay))
        self.onCommit = onCommit
    }

    /// Every commit that succeeded, in order.
    public var commits: [Commit] { state.withLock { $0.commits } }
    /// The ends of single messages, in order.
    public var ends: [ElementEnd] { state.withLock { $0.ends } }
    /// Where each partition stands, sorted by name.
    public var positions: [Position] {
        state.withLock { $0.positions.values.sorted { $0.partition < $1.partition } }
    }
    /// How many commits have failed on command.
    public var failed: Int { state.withLock { $0.failed } }

    /// Where a partition stands; nil before its first commit.
    public func position(in partition: String) -> Position? {
        state.withLock { $0.positions[partition] }
    }

    /// Lets the next commits fail.
    ///
    /// - Parameter count: how many, at least 0
    public func failNext(_ count: Int) {
        state.withLock { $0.failures = count }
    }

    /// Sets how long each commit takes from now on.
    public func setDelay(_ delay: Duration) {
        state.withLock { $0.delay = delay }
    }

    /// Records a commit; called by the run.
    ///
    /// - Throws: a `ConnectorError` where it was told to fail
    public func commit(_ positions: [Position]) throws {
        let scheduler = try begin()
        onCommit(positions)
        state.withLock { state in
            state.commits.append(
                Commit(positions: positions, time: scheduler?.now ?? MonotonicTime(nanoseconds: 0)))
            for position in positions { state.positions[position.partition] = position }
        }
    }

    /// Records the ends of single messages; called by the run.
    ///
    /// - Throws: a `ConnectorError` where it was told to fail
    public func end(_ elements: [ElementEnd]) throws {
        _ = try begin()
        onEnd(elements)
        state.withLock { $0.ends += elements }
    }

    func use(_ scheduler: any Scheduler) {
        state.withLock { $0.scheduler = scheduler }
    }

    private func begin() throws -> (any Scheduler)? {
        let (scheduler, delay, fails) = state.withLock { state in
            let fails = state.failures > 0
            if fails {
                state.failures -= 1
                state.failed += 1
            }
            return (state.scheduler, state.delay, fails)
        }
        if delay > .zero { scheduler?.sleep(for: delay) }
        if fails { throw ConnectorError(.inputOutput, "the commit fails because the test asked for it") }
        return scheduler
    }
}
