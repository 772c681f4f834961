import Synchronization

/// Knows what is under way of one source and where it may be committed.
final class PositionTracker: PartitionRegistry, Sendable {
    private struct State: Sendable {
        var tracker: TrackerState
        var ends: [ElementEnd] = []
        var snapshots: [ReachableSnapshot] = []
        var isWaitedFor = false
        /// Barriers of transactions that are not committed: a revocation waits for them, since they have its positions.
        var barriers = 0
        /// Revocations wait no longer.
        var isEnding = false
    }

    private let state: Guarded<State>
    private let changed: Monitor.Condition
    private let scheduler: any Scheduler
    let tracksElements: Bool
    private let hooks: Mutex<RevocationHooks?>
    private let listener = Mutex<Listener?>(nil)
    /// Batches that are not done.
    let outstanding = Atomic<Int>(0)
    /// Counts batches that are done; a number that stands still while some are outstanding is a stall.
    let finished = Atomic<Int>(0)

    /// A closure that stands in generic storage by itself is wrapped once more each time it is read.
    private struct Listener: Sendable {
        let batchFinished: @Sendable () -> Void
    }

    /// What a revocation needs of the run.
    struct RevocationHooks: Sendable {
        /// Sends everything on that stages hold back; called on the source's thread. Gives false where that cannot be
        /// done, because that thread waits for room itself.
        var flush: @Sendable () -> Bool
        /// Commits at once; returns when it is durable.
        var commit: @Sendable () -> Void
        /// Waits for a commit under way and forgets what is not committed of a partition; gives its last position.
        var forget: @Sendable (String) -> Position?
        /// Told that a partition is given up, and whether all that was under way of it is done; says whether it is. nil where
        /// it makes no difference.
        var leave: (@Sendable (String, _ isDrained: Bool) -> Bool)?
    }

    // `isOrdered`: whether elements take effect in the order of the source.
    init(scheduler: any Scheduler, tracksElements: Bool, isOrdered: Bool) {
        self.scheduler = scheduler
        self.tracksElements = tracksElements
        state = Guarded(State(tracker: TrackerState(isOrdered: isOrdered)), scheduler: scheduler)
        changed = state.monitor.makeCondition()
        hooks = Mutex(nil)
    }

    func setHooks(_ new: RevocationHooks?) {
        hooks.withLock { $0 = new }
    }

    /// Says whom to tell of each batch that is done; on whatever thread it ended.
    func setOnFinish(_ new: @escaping @Sendable () -> Void) {
        listener.withLock { $0 = Listener(batchFinished: new) }
    }

    func partition(named name: String, detail: String) -> PartitionID {
        state.withLock { $0.tracker.partition(named: name, detail: detail) }
    }

    func renew(_ name: String, detail: String) -> PartitionID {
        state.withLock { $0.tracker.renew(name, detail: detail) }
    }

    func name(of partition: PartitionID) -> String? {
        state.withLock { state in
            guard state.tracker.partitions.indices.contains(partition.index) else { return nil }
            let known = state.tracker.partitions[partition.index]
            return known.isRevoked ? nil : known.name
        }
    }

    /// Makes the token of a batch that the source has filled.
    func register(_ runs: [PositionRun], count: Int, at now: MonotonicTime) -> RootToken {
        outstanding.add(1, ordering: .relaxed)
        return state.withLock { state in
            let token = RootToken(
                sequence: state.tracker.takeSequence(), runs: runs, count: count, tracker: self,
                tracksElements: tracksElements, readAt: now)
            state.tracker.append(token)
            return token
        }
    }

    func lowerCeiling(_ mark: AckMark, sequence: Int, index: Int) {
        state.withLock { $0.tracker.lower(mark, sequence: sequence, index: index) }
    }

    /// Lowers the ceiling to the start of a batch and of all that it has absorbed.
    func lowerCeiling(_ mark: AckMark, belowAllOf token: RootToken) {
        state.withLock { $0.tracker.lower(mark, sequence: token.firstSequence, index: 0) }
    }

    func absorb(_ earlier: RootToken, into later: RootToken) -> Bool {
        let absorbed = state.withLock { $0.tracker.absorb(earlier, into: later) }
        if absorbed {
            outstanding.subtract(1, ordering: .relaxed)
            finished.add(1, ordering: .relaxed)
        }
        return absorbed
    }

    func didFinish(_ token: RootToken) {
        outstanding.subtract(1, ordering: .relaxed)
        finished.add(1, ordering: .relaxed)
        if tracksElements { noteEnds(of: token) }
        state.withLock { if $0.isWaitedFor { changed.broadcast() } }
        listener.withLock { $0 }?.batchFinished()
    }

    private func noteEnds(of token: RootToken) {
        state.withLock { state in
            let statuses = token.ends(below: state.tracker.ceiling.committable(of: token) ?? .max)
            for run in token.runs where run.start < statuses.count {
                let partition = state.tracker.partitions[run.partition.index]
                if partition.isRevoked { continue }
                for index in run.start..<min(run.end, statuses.count) {
                    state.ends.append(
                        ElementEnd(
                            position: Position(partition: partition.name, offset: run.elementPosition(at: index)),
                            status: statuses[index]))
                }
            }
        }
    }

    /// The positions that may be committed and have moved since the last call, and the single messages that have ended.
    func takeChanges() -> (positions: [Position], ends: [ElementEnd]) {
        state.withLock { state in
            state.tracker.advance()
            defer { state.ends = [] }
            return (state.tracker.takeChanges(), state.ends)
        }
    }

    func add(_ snapshot: FoldSnapshot) {
        state.withLock { state in
            let positions = snapshot.consumed == nil ? state.tracker.positions(before: snapshot.sequence + 1) : nil
            state.snapshots.append(ReachableSnapshot(snapshot: snapshot, positions: positions))
        }
    }

    /// The latest state of a durable fold whose elements are all done, with the positions that belong to it.
    ///
    /// - Parameter isFinal: whether nothing is under way any more
    /// - Returns: nil where no further state has been reached
    func takeSnapshot(isFinal: Bool) -> (stage: String, text: String, positions: [Position])? {
        state.withLock { state in
            state.tracker.advance()
            let reached = state.snapshots.lastIndex { state.tracker.hasReached($0.snapshot, isFinal: isFinal) }
            guard let reached else { return nil }
            let found = state.snapshots[reached]
            state.snapshots.removeFirst(reached + 1)
            return (
                found.snapshot.stage, found.snapshot.text, found.positions ?? state.tracker.positions(before: 0)
            )
        }
    }

    func positions(before sequence: Int) -> [Position] {
        state.withLock { $0.tracker.positions(before: sequence) }
    }

    /// The number of the source's next batch, and where it goes on when all before it are done.
    func boundary() -> Transactions.Boundary {
        state.withLock {
            Transactions.Boundary(sequence: $0.tracker.nextSequence, positions: $0.tracker.positions(before: .max))
        }
    }

    /// Whether nothing before a batch was dropped or has failed.
    func isWhole(before sequence: Int) -> Bool {
        state.withLock { $0.tracker.ceiling.sequence >= sequence }
    }

    /// The same; nil where something before was dropped, as an aborted run does with what its workers have in hand.
    func completePositions(before sequence: Int) -> [Position]? {
        state.withLock { state in
            state.tracker.ceiling.sequence < sequence ? nil : state.tracker.positions(before: sequence)
        }
    }

    /// Whether a limit, a failure or a drop has ended what may be committed.
    var hasCeiling: Bool { state.withLock { $0.tracker.ceiling.sequence < .max } }

    /// Where every partition stands if everything that may be committed is done.
    func positionsBelowCeiling() -> [Position] {
        state.withLock { $0.tracker.positionsBelowCeiling() }
    }

    /// The positions at the end of the run.
    func finalPositions() -> [Position] {
        state.withLock { state in
            state.tracker.advance()
            return state.tracker.positions(before: 0)
        }
    }

    func position(in partition: PartitionID, at offset: Int64) -> Position? {
        state.withLock { state in
            guard state.tracker.partitions.indices.contains(partition.index) else { return nil }
            return Position(partition: state.tracker.partitions[partition.index].name, offset: offset)
        }
    }

    var oldest: Position? {
        // Of what is constant in the token: it may be done by now.
        let run = state.withLock { $0.tracker.oldest }?.token.run(of: 0)
        return run.flatMap { position(in: $0.partition, at: $0.elementPosition(at: 0)) }
    }

    /// When the oldest element that is not done was read; nil where all are done.
    var oldestReadAt: MonotonicTime? { state.withLock { $0.tracker.oldest?.token.readAt } }

    func addBarrier() {
        state.withLock { $0.barriers += 1 }
    }

    func removeBarrier() {
        state.withLock { state in
            state.barriers -= 1
            changed.broadcast()
        }
    }

    /// Ends the wait of a revocation, and of further ones: nothing will be done any more before they return.
    func endRevocations() {
        state.withLock { state in
            state.isEnding = true
            changed.broadcast()
        }
    }

    func revoke(_ name: String, timeout: Duration) -> Bool {
        revoke([name], timeout: timeout)
    }

    func revoke(_ names: [String], timeout: Duration) -> Bool {
        let hooks = hooks.withLock { $0 }
        var deadline = scheduler.now
        if timeout > .zero, hooks?.flush() ?? true { deadline = deadline.advanced(by: timeout) }
        var isDrained = state.waitWithLock { state in
            let isDrained = state.barriers == 0 && names.allSatisfy { state.tracker.isDrained($0) }
            state.isWaitedFor = !isDrained && !state.isEnding && scheduler.now < deadline
            return state.isWaitedFor ? .wait(changed, until: deadline) : .done(isDrained)
        }
        if let leave = hooks?.leave {
            for name in names where !leave(name, isDrained) { isDrained = false }
        }
        state.withLock { state in
            for name in names { state.tracker.leave(name) }
        }
        if timeout > .zero { hooks?.commit() }
        let ends = state.withLock { state in
            state.tracker.advance()
            return names.map { name in
                defer {
                    state.tracker.revoke(name)
                    state.ends.removeAll { $0.position.partition == name }
                }
                return state.tracker.end(of: name)
            }
        }
        // A commit that had begun before may still bring something of them.
        let areCommitted = zip(names, ends).map { name, end in
            let committed = hooks?.forget(name)
            return end == nil || end == committed
        }
        return isDrained && areCommitted.allSatisfy(\.self)
    }

    /// Whether a limit has ended the run before an element, so that what happened at it never happened.
    func hasLimit(before sequence: Int, _ index: Int) -> Bool {
        state.withLock { $0.tracker.hasLimit(before: sequence, index) }
    }
}

/// A state and the positions that belong to it; those of the last one are known only at the end.
struct ReachableSnapshot: Sendable {
    var snapshot: FoldSnapshot
    var positions: [Position]?
}
