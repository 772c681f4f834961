import Connect

/// Holds the list that is known, and tells of changes and failures: one at a time, in their order, under no lock.
final class MemberAnnouncer: Sendable {
    private enum Notice {
        case changed(MemberList)
        case troubled(MembershipError)
    }

    private struct Watcher {
        let changed: @Sendable (MemberList) -> Void
        let troubled: @Sendable (MembershipError) -> Void
    }

    private struct State {
        var list: MemberList?
        /// The failure that was told last and is not over.
        var trouble: MembershipError?
        var watcher: Watcher?
        var isStopped = false
        var due: [Notice] = []
        var isTelling = false
    }

    private let state: Guarded<State>
    private let altered: Monitor.Condition
    private let scheduler: any Scheduler

    init(scheduler: any Scheduler) {
        self.scheduler = scheduler
        state = Guarded(State(), scheduler: scheduler)
        altered = state.monitor.makeCondition()
    }

    var current: MemberList? { state.withLock { $0.list } }

    /// Takes a list that was checked, if its epoch is greater than that of the known one.
    ///
    /// - Parameters:
    ///   - members: the members in their order
    ///   - epoch: the number of its epoch; nil is the next one
    func publish(_ members: [PeerAddress], epoch: UInt64? = nil) {
        state.withLock { state in
            let last = state.list?.epoch ?? 0
            let number = epoch ?? last + 1
            guard number > last || state.list == nil else { return }
            let list = MemberList(epoch: number, checked: members)
            state.list = list
            if state.watcher != nil { state.due.append(.changed(list)) }
            altered.broadcast()
        }
        tell()
    }

    /// Tells of a failure, unless the same was told and is not over.
    ///
    /// - Parameters:
    ///   - error: what failed
    ///   - isOutage: whether failures of one code are the same, whatever their words
    func report(_ error: MembershipError, isOutage: Bool = false) {
        state.withLock { state in
            let isKnown = isOutage ? state.trouble?.code == error.code : state.trouble == error
            state.trouble = error
            if isKnown { return }
            if state.watcher != nil { state.due.append(.troubled(error)) }
            altered.broadcast()
        }
        tell()
    }

    /// The failure that was told is over.
    func recover() {
        state.withLock { $0.trouble = nil }
    }

    /// Waits for a list of at least so many members, and tells of what comes after it.
    ///
    /// - Parameters:
    ///   - count: how many members it must have
    ///   - patience: how long it is waited for
    ///   - changed: is told of later lists
    ///   - troubled: is told of failures from then on, and of the one that has not ended yet
    /// - Returns: the list
    /// - Throws: the last failure, where there is no such list in time
    func begin(
        atLeast count: Int = 1, within patience: Duration, changed: @escaping @Sendable (MemberList) -> Void,
        troubled: @escaping @Sendable (MembershipError) -> Void
    ) throws(MembershipError) -> MemberList {
        let deadline = scheduler.now.advanced(by: patience)
        let found: Result<MemberList, MembershipError> = state.waitWithLock { state in
            if let list = state.list, list.members.count >= count {
                state.watcher = Watcher(changed: changed, troubled: troubled)
                if let trouble = state.trouble { state.due.append(.troubled(trouble)) }
                return .done(.success(list))
            }
            if scheduler.now < deadline { return .wait(altered, until: deadline) }
            let seen = state.list.map {
                "only \($0.members.listed) within \(patience), \(count) members are waited for"
            }
            return .done(
                .failure(
                    state.trouble
                        ?? MembershipError(.unavailable, seen ?? "there was no list of members within \(patience)")))
        }
        tell()
        return try found.get()
    }

    /// Tells nothing any more; waits for a call that is under way, 10 s at most.
    func stop() {
        let deadline = scheduler.now.advanced(by: .seconds(10))
        state.waitWithLock { state -> Attempt<Void> in
            state.isStopped = true
            state.due = []
            return !state.isTelling || scheduler.now >= deadline ? .done(()) : .wait(altered, until: deadline)
        }
    }

    private func tell() {
        while let (notice, watcher) = next() {
            switch notice {
            case .changed(let list): watcher.changed(list)
            case .troubled(let error): watcher.troubled(error)
            }
            state.withLock { state in
                state.isTelling = false
                altered.broadcast()
            }
        }
    }

    /// What is to be told by this thread; nil where nothing is, or where another thread is telling: it comes back for
    /// what was added meanwhile.
    private func next() -> (Notice, Watcher)? {
        state.withLock { state in
            guard let watcher = state.watcher, !state.isTelling, !state.isStopped, !state.due.isEmpty else {
                return nil
            }
            state.isTelling = true
            return (state.due.removeFirst(), watcher)
        }
    }
}
