import Synchronization

/// What the threads of one run share: whether it goes on, what has failed, and what stages ask of it.
final class RunState: RunServices, Sendable {
    private struct State: Sendable {
        /// The earliest failure of a stage or the source, which counts if nothing has ended the run before it.
        var failure: StageFailure?
        /// The earliest failure of any other kind.
        var outerFailure: StageFailure?
        var startFailure: PipelineError?
        /// The source is open.
        var isReading = false
        /// Threads that have not built their stages yet.
        var unbuilt = 0
        var isStopping = false
        /// A chain has turned away what it was given: a limit is reached, or a failure has come. The source may have
        /// nothing more at hand for ever, so it is told.
        var wantsNoMore = false
        var wasStopRequested = false
        var isSuspended = false
        var isAborted = false
        var alive = 0
        /// Threads that are not gone yet: also those that still close a source.
        var present = 0
        var commitsWanted = 0
        var commitsServed = 0
        /// Nothing will be committed any more; sources may be closed.
        var isSettled = false
        var restoredBySinks: [Position]?
        var restoredStates: [String: String] = [:]
        var deadLetters: [Int: Channel<DeadLetter>] = [:]
        /// How many barriers went to the dead letters of each stage, and came to their sinks.
        var letterBarriers: [Int: (sent: Int, flushed: Int)] = [:]
    }

    let pipeline: String
    let scheduler: any Scheduler
    let checkpointEvery: Duration
    let tracker: PositionTracker
    /// How far the source has come.
    let progress = SourceProgress()
    let exchange: RunExchange
    /// nil where the sink does not write in transactions.
    let transactions: Transactions?
    private let state: Guarded<State>
    let changed: Monitor.Condition

    /// The state of an attempt.
    ///
    /// - Parameters:
    ///   - plan: what is run
    ///   - options: how
    ///   - exchange: that of the whole run
    ///   - kept: what stages remembered at the last transaction of the attempt before
    init(plan: Plan, options: RunOptions, exchange: RunExchange, goingOnFrom kept: [String: any Sendable] = [:]) {
        self.exchange = exchange
        pipeline = plan.pipeline
        scheduler = options.scheduler
        checkpointEvery = options.checkpointEvery
        tracker = PositionTracker(
            scheduler: options.scheduler, tracksElements: plan.source?.acknowledgesElements ?? false,
            isOrdered: plan.segments.allSatisfy { $0.parallel.isEmpty || $0.order.isTotal })
        transactions = plan.transactionInterval(otherwise: options.checkpointEvery).map { [tracker] in
            Transactions(every: $0, tracker, goingOnFrom: kept)
        }
        state = Guarded(State(), scheduler: scheduler)
        changed = state.monitor.makeCondition()
        if options.commitsAtOnce { tracker.setOnFinish { [weak self] in self?.wantCommit() } }
    }

    // MARK: building

    /// Starts a thread of the run.
    ///
    /// - Parameters:
    ///   - name: the thread's
    ///   - body: the work; gives what the thread does when it no longer counts, for example closing a source
    func spawn(_ name: String, _ body: @escaping @Sendable () -> (() -> Void)?) {
        state.withLock { state in
            state.alive += 1
            state.present += 1
            state.unbuilt += 1
        }
        scheduler.spawn(name: name) {
            let afterwards = body()
            self.state.withLock { state in
                state.alive -= 1
                if afterwards == nil { state.present -= 1 }
                self.changed.broadcast()
            }
            guard let afterwards else { return }
            afterwards()
            self.state.withLock { state in
                state.present -= 1
                self.changed.broadcast()
            }
        }
    }

    func spawn(_ name: String, _ body: @escaping @Sendable () -> Void) {
        spawn(name) { () -> (() -> Void)? in
            body()
            return nil
        }
    }

    /// Builds the stages of a thread; a failure keeps the source from being opened.
    func materialize(_ stage: String, _ make: () throws -> AnyObject) -> AnyObject? {
        var result: AnyObject?
        do {
            result = try make()
        } catch {
            noteStartFailure(
                (error as? PipelineError)
                    ?? PipelineError(code: .stageFailed, stage: stage, message: "\(error)", cause: error))
        }
        noteBuilt()
        return result
    }

    func noteBuilt() {
        state.withLock { state in
            state.unbuilt -= 1
            changed.broadcast()
        }
    }

    func noteStartFailure(_ error: PipelineError) {
        state.withLock { state in
            if state.startFailure == nil { state.startFailure = error }
            state.isStopping = true
            changed.broadcast()
        }
    }

    /// Waits until all other threads have built their stages.
    ///
    /// - Returns: whether the source may be opened
    func waitForStart() -> Bool {
        state.waitWithLock { state in
            if state.unbuilt > 0, !state.isAborted { return .wait(changed) }
            return .done(state.startFailure == nil && !state.isStopping)
        }
    }

    func setRestored(bySink positions: [Position]) {
        state.withLock { $0.restoredBySinks = positions }
    }

    var restoredBySinks: [Position]? { state.withLock { $0.restoredBySinks } }

    func setRestored(states: [String: String]) {
        state.withLock { $0.restoredStates = states }
    }

    func setDeadLetters(_ channel: Channel<DeadLetter>, forStage number: Int) {
        state.withLock { $0.deadLetters[number] = channel }
    }

    // MARK: going on

    var wasStopRequested: Bool { state.withLock { $0.wasStopRequested } }

    var isAborted: Bool { state.withLock { $0.isAborted } }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    var wantsNoMore: Bool { state.withLock { $0.wantsNoMore } }

    /// Whether the source has been opened.
    var isReading: Bool { state.withLock { $0.isReading } }

    func noteReading() { state.withLock { $0.isReading = true } }

    /// The sources are to stop; everything under way is drained.
    func stop() {
        state.withLock { state in
            state.isStopping = true
            state.wasStopRequested = true
            changed.broadcast()
        }
    }

    var isSuspended: Bool { state.withLock { $0.isSuspended } }

    /// Whenever the run ends, it is to go on later.
    func suspend() {
        state.withLock { $0.isSuspended = true }
    }

    /// Nothing is waited for any more.
    func abort() {
        state.withLock { state in
            state.isStopping = true
            state.isAborted = true
            changed.broadcast()
        }
    }

    func sleep(until deadline: MonotonicTime) -> Bool {
        state.waitWithLock { state in
            if state.isAborted { return .done(false) }
            return scheduler.now >= deadline ? .done(true) : .wait(changed, until: deadline)
        }
    }

    /// Takes note of why a chain did not go on.
    func note(_ interruption: Interruption) {
        switch interruption {
        case .failure(let failure): report(failure)
        case .stop:
            state.withLock { state in
                state.wantsNoMore = true
                changed.broadcast()
            }
        }
    }

    func report(_ failure: StageFailure) {
        state.withLock { state in
            state.isStopping = true
            let path: WritableKeyPath<State, StageFailure?> = failure.hasTurn ? \.failure : \.outerFailure
            if let known = state[keyPath: path], known.isBefore(failure) { return }
            state[keyPath: path] = failure
            changed.broadcast()
        }
    }

    /// Why the run did not do everything. A stage or source that was ahead may fail at an element behind that at which
    /// a limit has ended the run: in order that never happened.
    var error: PipelineError? {
        let (start, inner, outer) = state.withLock { ($0.startFailure, $0.failure, $0.outerFailure) }
        if let start { return start }
        guard let inner, !tracker.hasLimit(before: inner.sequence, inner.index) else { return outer?.error }
        if let outer, outer.isBefore(inner) { return outer.error }
        return inner.error
    }

    var hasFailed: Bool { error != nil }

    /// What the supervisor looks at.
    struct Outlook: Sendable {
        var alive: Int
        var isStopping: Bool
        var wantsNoMore: Bool
        var isAborted: Bool
        var wantsCommit: Bool
    }

    /// Waits until something has changed, or a deadline.
    ///
    /// - Parameters:
    ///   - deadline: when to return though nothing has changed
    ///   - seen: what the caller has dealt with already
    /// - Returns: how things stand now
    func wait(until deadline: MonotonicTime, after seen: Outlook) -> Outlook {
        state.waitWithLock { state in
            let now = Outlook(
                alive: state.alive, isStopping: state.isStopping, wantsNoMore: state.wantsNoMore,
                isAborted: state.isAborted,
                wantsCommit: state.commitsWanted > state.commitsServed)
            let hasChanged =
                now.alive != seen.alive || now.isStopping != seen.isStopping || now.wantsNoMore != seen.wantsNoMore
            if hasChanged || now.isAborted || now.wantsCommit { return .done(now) }
            return scheduler.now >= deadline ? .done(now) : .wait(changed, until: deadline)
        }
    }

    /// Asks the supervisor for a commit, also where one is being made: that one may have looked already.
    private func wantCommit() {
        state.withLock { state in
            state.commitsWanted += 1
            if state.commitsWanted == state.commitsServed + 1 { changed.broadcast() }
        }
    }

    /// Asks the supervisor for a commit and waits until it is made.
    func commitNow() {
        let wanted = state.withLock { state in
            state.commitsWanted += 1
            changed.broadcast()
            return state.commitsWanted
        }
        state.waitWithLock { state in
            // Once it is settled, the last commit was made.
            state.commitsServed < wanted && !state.isAborted && !state.isSettled ? .wait(changed) : .done(())
        }
    }

    /// How many commits have been asked for.
    var commitsWanted: Int { state.withLock { $0.commitsWanted } }

    func serveCommits(_ count: Int) {
        state.withLock { state in
            state.commitsServed = count
            changed.broadcast()
        }
    }

    /// Lets sources close: everything that will be committed has been.
    func settle() {
        state.withLock { state in
            state.isSettled = true
            changed.broadcast()
        }
    }

    /// Waits until a time and until nothing of the attempt is left: its source is closed, too. A stop ends the wait.
    func waitUntilGone(and deadline: MonotonicTime) {
        state.waitWithLock { state in
            if state.wasStopRequested || state.isAborted { return .done(()) }
            if state.present > 0 { return .wait(changed) }
            return scheduler.now >= deadline ? .done(()) : .wait(changed, until: deadline)
        }
    }

    /// Waits until sources may close.
    ///
    /// - Returns: false where the time was over before
    func waitUntilSettled(until deadline: MonotonicTime = .distantFuture) -> Bool {
        state.waitWithLock { state in
            if state.isSettled || state.isAborted { return .done(true) }
            return scheduler.now >= deadline ? .done(false) : .wait(changed, until: deadline)
        }
    }

    /// Waits until sources are closed, which lets a group know that they have left.
    func waitUntilClosed(until deadline: MonotonicTime) {
        state.waitWithLock { state in
            state.present == 0 || scheduler.now >= deadline ? .done(()) : .wait(changed, until: deadline)
        }
    }

    // MARK: transactions

    var rollback: (any StageRollback)? { transactions }

    /// Waits until all threads have ended but those of the dead letters and the caller.
    func waitForOtherStages() {
        state.waitWithLock { state in
            state.alive <= state.deadLetters.count + 1 || state.isAborted ? .done(()) : .wait(changed)
        }
    }

    /// Makes all dead letters safe that were written before.
    ///
    /// - Throws: where one of their sinks has failed
    func flushDeadLetters() throws(Interruption) {
        let channels = state.withLock { $0.deadLetters }
        if channels.isEmpty { return }
        for (stage, channel) in channels {
            state.withLock { $0.letterBarriers[stage, default: (0, 0)].sent += 1 }
            try channel.pushBarrier()
        }
        let isFlushed = state.waitWithLock { state in
            if state.isAborted || state.outerFailure != nil { return .done(false) }
            return state.letterBarriers.values.allSatisfy { $0.sent == $0.flushed } ? .done(true) : .wait(changed)
        }
        if !isFlushed { throw .stop }
    }

    func noteFlushedDeadLetters(ofStage number: Int) {
        state.withLock { state in
            state.letterBarriers[number]?.flushed += 1
            changed.broadcast()
        }
    }

    // MARK: services

    func write(_ letter: DeadLetter, ofStage number: Int, token: AckToken?, origin: Int) throws(Interruption) {
        guard let channel = state.withLock({ $0.deadLetters[number] }) else { return }
        var batch = Batch<DeadLetter>(capacity: 1)
        batch.append(letter)
        batch.originBase = origin
        token?.addHold()
        batch.token = token
        try channel.push(&batch, scratch: BatchSlot())
    }

    func restoredState(of stage: String) -> String? {
        state.withLock { $0.restoredStates[stage] }
    }

    func store(_ snapshot: FoldSnapshot) {
        tracker.add(snapshot)
    }
}
