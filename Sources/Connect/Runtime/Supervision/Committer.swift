import Logging

/// Makes finished positions durable: in the checkpoint store, or on the source's own side. Used by the supervisor's
/// thread; the source's thread only asks where to go on.
final class Committer: Sendable {
    private struct State: Sendable {
        var checkpoint: Checkpoint
        var isOpen = false
        var own: (any PositionCommitter)?
        /// Not yet durable, by partition.
        var pending: [String: Position] = [:]
        /// Since when there is something to commit that is not.
        var pendingSince: MonotonicTime?
        var ends: [ElementEnd] = []
        var committed: [String: Position] = [:]
        var commitCount = 0
        var failedAttempts = 0
        /// Why the last attempt failed; nil where it did not.
        var lastFailure: String?
        var latest: LatestCommit?
        /// A commit is being made; what it has taken cannot be taken back.
        var isBusy = false
    }

    /// When a commit was made that moved something.
    struct LatestCommit: Sendable {
        let time: MonotonicTime
        let timeOfDay: EventTime
    }

    private let store: any CheckpointStore
    private let plan: Plan
    private let identity: String
    private let usesStore: Bool
    private let state: Guarded<State>
    private let isIdle: Monitor.Condition
    private let scheduler: any Scheduler
    private let logger: Logger

    init(plan: Plan, options: RunOptions) {
        self.plan = plan
        store = options.checkpoints
        scheduler = options.scheduler
        logger = options.logger
        identity = plan.sourceIdentity
        usesStore = plan.source?.resumption == .checkpointStore
        state = Guarded(State(checkpoint: Checkpoint(pipeline: plan.pipeline)), scheduler: options.scheduler)
        isIdle = state.monitor.makeCondition()
    }

    /// Opens the store and checks that its checkpoint belongs to this plan.
    ///
    /// - Returns: the states of durable folds
    func open() throws(PipelineError) -> [String: String] {
        let stored: Checkpoint?
        do {
            stored = try store.open(pipeline: plan.pipeline)
        } catch {
            throw failure("the checkpoint cannot be opened: \(error)", error)
        }
        state.withLock { $0.isOpen = true }
        guard let stored else { return [:] }
        try check(stored)
        state.withLock { $0.checkpoint = stored }
        return stored.states
    }

    /// Positions and states must have a place in this plan; silence would be a start from zero.
    private func check(_ stored: Checkpoint) throws(PipelineError) {
        guard stored.pipeline == plan.pipeline else {
            throw failure(
                "the checkpoint belongs to pipeline \"\(stored.pipeline)\"; give this pipeline that name, or another "
                    + "place for its checkpoint", nil)
        }
        let strangers = stored.positions.keys.filter { $0 != identity }.sorted()
        if !strangers.isEmpty, usesStore {
            throw failure(
                "the checkpoint has positions of another source:\n"
                    + strangers.map { "    - \($0)" }.joined(separator: "\n") + "\n    + \(identity)\n"
                    + "  name the source as before, or reset the checkpoint", nil)
        }
        let lost = stored.states.keys.filter { !plan.durableFolds.contains($0) }.sorted()
        if !lost.isEmpty {
            throw failure(
                "the checkpoint has the state of folds that are not durable here:\n"
                    + lost.map { "    - \($0)" }.joined(separator: "\n")
                    + "\n  name the fold as before, or reset the checkpoint", nil)
        }
    }

    private func failure(_ message: String, _ cause: (any Error)?) -> PipelineError {
        PipelineError(code: .checkpointFailed, stage: identity, message: message, cause: cause)
    }

    /// Where the source goes on.
    func positions(restoredBySink: [Position]?) throws -> [Position] {
        if let restoredBySink { return restoredBySink }
        // Those of an earlier attempt of this run: the source itself knows them as well.
        if plan.commitsInTransactions { return committed }
        return state.withLock { $0.checkpoint.positions[identity] ?? [] }
    }

    func use(_ own: (any PositionCommitter)?) {
        if plan.commitsInTransactions { return }
        state.withLock { $0.own = own }
    }

    /// Commits what has moved. What fails is tried again with pauses, and kept for the next time; where the other side is
    /// away that is with the next commit.
    ///
    /// - Parameters:
    ///   - tracker: knows what has moved
    ///   - attempts: how often to try
    ///   - run: whose abort ends the pauses
    ///   - isFinal: whether nothing is under way any more
    /// - Throws: where the last attempt failed
    func commit(
        _ tracker: PositionTracker, attempts: Int, pausing run: RunState, isFinal: Bool = false
    ) throws(PipelineError) {
        if plan.commitsInTransactions {
            // The sink does; here only what is done is forgotten.
            _ = tracker.takeChanges()
            return
        }
        begin()
        var changes = tracker.takeChanges()
        let now = scheduler.now
        if !plan.durableFolds.isEmpty {
            // Positions go only with the state that belongs to them.
            let reached = tracker.takeSnapshot(isFinal: isFinal)
            changes.positions = reached?.positions ?? []
            if let reached { state.withLock { $0.checkpoint.states[reached.stage] = reached.text } }
        }
        state.withLock { state in
            for position in changes.positions { state.pending[position.partition] = position }
            state.ends += changes.ends
            if state.pendingSince == nil, !state.pending.isEmpty || !state.ends.isEmpty { state.pendingSince = now }
        }
        var attempt = 1
        while true {
            do {
                return try commitPending()
            } catch {
                state.withLock { state in
                    state.failedAttempts += 1
                    state.lastFailure = "\(error)"
                }
                // Who is away is waited for: what is to be committed is kept, and the stall tells of it.
                let code = (error as? ConnectorError)?.code
                let isTakenAway = code == .takenAway
                if !isFinal, code == .unavailable || isTakenAway { return }
                // A group that is changing its shares takes some seconds for it.
                if attempt >= attempts + (isTakenAway ? 2 : 0) {
                    // Nothing is lost by that: its next owner begins at the last commit, as after any revocation.
                    if isTakenAway {
                        return logger.notice("what was done last is not committed and comes again: \(error)")
                    }
                    throw failure("a commit failed \(attempt) times: \(error)", error)
                }
                _ = run.sleep(until: scheduler.now.advanced(by: .milliseconds(50 << attempt)))
                attempt += 1
                begin()
            }
        }
    }

    private func begin() {
        state.withLock { $0.isBusy = true }
    }

    private func end() {
        state.withLock { state in
            state.isBusy = false
            isIdle.broadcast()
        }
    }

    /// Waits for a commit under way, then forgets what is not committed of a partition.
    ///
    /// - Returns: its position that was committed last in this run
    func forget(_ partition: String) -> Position? {
        state.waitWithLock { state in
            if state.isBusy { return .wait(isIdle) }
            state.pending[partition] = nil
            state.ends.removeAll { $0.position.partition == partition }
            return .done(state.committed[partition])
        }
    }

    private func commitPending() throws {
        defer { end() }
        let work = state.withLock { state in
            (own: state.own, positions: state.pending.values.sorted { $0.partition < $1.partition }, ends: state.ends)
        }
        if work.positions.isEmpty, work.ends.isEmpty { return }
        if let own = work.own {
            if !work.ends.isEmpty { try own.end(work.ends) }
            if !work.positions.isEmpty { try own.commit(work.positions) }
        } else if usesStore {
            try store.save(checkpoint(with: work.positions))
        }
        let latest = LatestCommit(time: scheduler.now, timeOfDay: scheduler.timeOfDay)
        state.withLock { state in
            note(work.positions, latest, &state)
            for position in work.positions {
                if state.pending[position.partition] == position { state.pending[position.partition] = nil }
            }
            state.ends.removeFirst(work.ends.count)
        }
    }

    private func note(_ positions: [Position], _ latest: LatestCommit, _ state: inout State) {
        state.latest = latest
        state.lastFailure = nil
        for position in positions { state.committed[position.partition] = position }
        state.pendingSince = nil
        state.commitCount += 1
    }

    /// Takes note of what the sink has committed in a transaction; called on the sink's thread.
    func noteCommitted(_ positions: [Position]) {
        let latest = LatestCommit(time: scheduler.now, timeOfDay: scheduler.timeOfDay)
        state.withLock { note(positions, latest, &$0) }
    }

    private func checkpoint(with positions: [Position]) -> Checkpoint {
        state.withLock { state in
            var all: [String: Position] = [:]
            for position in state.checkpoint.positions[identity] ?? [] { all[position.partition] = position }
            for position in positions { all[position.partition] = position }
            state.checkpoint.positions[identity] = all.values.sorted { $0.partition < $1.partition }
            return state.checkpoint
        }
    }

    /// The positions committed last in this run.
    var committed: [Position] {
        state.withLock { $0.committed.values.sorted { $0.partition < $1.partition } }
    }

    var commitCount: Int { state.withLock { $0.commitCount } }

    /// How often a commit was tried in vain.
    var failedAttempts: Int { state.withLock { $0.failedAttempts } }

    /// Since when nothing has been committed though there is something to commit, or under way.
    func uncommittedSince(oldestReadAt: MonotonicTime?) -> MonotonicTime? {
        let (pendingSince, latest) = state.withLock { ($0.pendingSince, $0.latest) }
        let underWay = oldestReadAt.map { max($0, latest?.time ?? $0) }
        return [pendingSince, underWay].compactMap { $0 }.min()
    }

    /// Why the last attempt of a commit failed; nil where it did not.
    var lastFailure: String? { state.withLock { $0.lastFailure } }

    /// The last commit of this run that moved something.
    var latest: LatestCommit? { state.withLock { $0.latest } }

    func close() {
        let wasOpen = state.withLock { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
        if wasOpen { store.close() }
    }
}
