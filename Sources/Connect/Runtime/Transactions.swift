import Synchronization

/// The transactions of one attempt of a run whose sink commits the source's positions together with its output.
///
/// An attempt ends when a transaction is aborted. What stages remembered at the last one that was committed is handed to
/// the next attempt.
final class Transactions: StageRollback, Sendable {
    /// A place in the flow: everything the source gave before it, and nothing behind it, belongs to the transaction.
    struct Boundary: Sendable {
        /// The number of the first batch of the source that stands behind it.
        var sequence: Int
        /// Where the source goes on there.
        var positions: [Position]
    }

    private struct State: Sendable {
        /// The barriers under way.
        var sent: [Boundary] = []
        /// The first batch behind the last barrier.
        var last = 0
        var committed = 0
        /// What stages remember, for each barrier under way that has passed them.
        var saved: [String: [any Sendable]] = [:]
        /// What they remembered at the last transaction.
        var kept: [String: any Sendable]
        var aborted: TransactionAborted?
    }

    /// How long the source waits from one barrier to the next.
    let interval: Duration
    private let tracker: PositionTracker
    private let state: Mutex<State>

    /// - Parameters:
    ///   - interval: how long the source waits from one barrier to the next
    ///   - tracker: that of the attempt
    ///   - kept: what the stages of the attempt before remembered at the last transaction
    init(every interval: Duration, _ tracker: PositionTracker, goingOnFrom kept: [String: any Sendable]) {
        self.interval = interval
        self.tracker = tracker
        state = Mutex(State(kept: kept))
    }

    // MARK: the source's side

    /// Whether a barrier is under way.
    var isUnderWay: Bool { state.withLock { !$0.sent.isEmpty } }

    /// Sets a boundary behind all that the source has given; called on its thread, which then sends the barrier.
    ///
    /// - Returns: whether there is anything since the last one
    func begin() -> Bool {
        let boundary = tracker.boundary()
        let isNew = state.withLock { state in
            guard boundary.sequence > state.last else { return false }
            state.last = boundary.sequence
            state.sent.append(boundary)
            return true
        }
        if isNew { tracker.addBarrier() }
        return isNew
    }

    // MARK: the sink's side

    /// The boundary whose barrier has come to the sink.
    var first: Boundary? { state.withLock { $0.sent.first } }

    /// Whether there is anything that no transaction has.
    var hasRest: Bool {
        let next = tracker.boundary().sequence
        return state.withLock { !$0.sent.isEmpty || next > $0.last }
    }

    func didCommit() {
        let wasSent = state.withLock { state in
            state.committed += 1
            guard !state.sent.isEmpty else { return false }
            state.sent.removeFirst()
            for (stage, values) in state.saved {
                state.kept[stage] = values.first
                state.saved[stage] = Array(values.dropFirst())
            }
            return true
        }
        if wasSent { tracker.removeBarrier() }
    }

    func abort(_ reason: TransactionAborted) {
        state.withLock { if $0.aborted == nil { $0.aborted = reason } }
    }

    /// Why the attempt is to be given up; nil where it is not.
    var aborted: TransactionAborted? { state.withLock { $0.aborted } }

    /// How many transactions the attempt has committed.
    var committed: Int { state.withLock { $0.committed } }

    // MARK: what stages remember

    func restored(_ stage: String) -> (any Sendable)? { state.withLock { $0.kept[stage] } }

    func save(_ value: any Sendable, of stage: String) {
        state.withLock { $0.saved[stage, default: []].append(value) }
    }

    /// What the next attempt goes on from.
    var kept: [String: any Sendable] { state.withLock { $0.kept } }
}
