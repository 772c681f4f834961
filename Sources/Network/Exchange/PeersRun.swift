public import Connect
import Logging

/// A pipeline that is under way on several instances, as this one sees it; for those who start and stop it themselves.
public final class PeersRun: Sendable {
    private enum Way: Sendable {
        case alone(PipelineRun)
        case shared(OnLoop<PeersMember>)
    }

    private struct State: Sendable {
        var way: Way?
        /// Tells how it stands, also when it has ended.
        var look: (@Sendable () -> RunStatus)?
        var result: Result<PeersReport, PipelineError>?
        var waiting: [CheckedContinuation<PeersReport, any Error>] = []
    }

    private let state: Guarded<State>
    private let changed: Monitor.Condition
    private let scheduler: any Scheduler

    /// Plans a pipeline, listens for the other instances and starts this one's part; blocks until it listens.
    ///
    /// - Parameters:
    ///   - pipeline: the same on all instances
    ///   - peers: all instances, and which this one is; nil, or a list with one member, is a process by itself
    ///   - options: how to run it
    ///   - peersOptions: how the instances speak to each other
    /// - Throws: `PlanError` where the declaration has mistakes, or cannot be shared; ``PeersError`` where this instance
    ///   cannot listen, or nothing would protect it
    public init(
        _ pipeline: Pipeline, peers: Peers?, _ options: RunOptions = RunOptions(),
        _ peersOptions: PeersOptions = PeersOptions()
    ) throws {
        scheduler = options.scheduler
        state = Guarded(State(), scheduler: options.scheduler)
        changed = state.monitor.makeCondition()
        if let peers, !peers.isAlone {
            try startShared(pipeline, peers, options, peersOptions)
        } else {
            try startAlone(try pipeline.planAlone(), options)
        }
    }

    /// Starts this instance of a pipeline whose members are those that a membership gives, and follows its changes; blocks
    /// until there is a list, and it listens.
    ///
    /// - Parameters:
    ///   - pipeline: the same on all instances
    ///   - membership: gives the list, and tells of changes; it is stopped at the end
    ///   - place: which member this instance is
    ///   - options: how to run it
    ///   - peersOptions: how the instances speak to each other
    /// - Throws: `PlanError`, ``PeersError`` as above; ``MembershipError`` where there is no list in time
    public init(
        _ pipeline: Pipeline, membership: any Membership, self place: Peers.Place = .found,
        _ options: RunOptions = RunOptions(), _ peersOptions: PeersOptions = PeersOptions()
    ) throws {
        scheduler = options.scheduler
        state = Guarded(State(), scheduler: options.scheduler)
        changed = state.monitor.makeCondition()
        let logger = options.logger
        let list = try membership.start { [weak self] list in
            self?.tell { $0.take(list.members) }
        } troubled: { error in
            logger.warning("\(error)")
        }
        do {
            try startShared(pipeline, try Peers(list.members, self: place), options, peersOptions, membership)
        } catch {
            membership.stop()
            throw error
        }
        // What came between the two was told to nobody.
        if let latest = membership.current, latest != list { tell { $0.take(latest.members) } }
    }

    private func startAlone(_ plan: Plan, _ options: RunOptions) throws {
        // Whoever waits for the end has this, and so it has its run.
        let run = try PipelineRun(plan, options) { [weak self] result in
            self?.end(result.map { PeersReport(parts: [0: $0], isAlone: true) })
        }
        begin(.alone(run)) { run.status }
    }

    private func startShared(
        _ pipeline: Pipeline, _ peers: Peers, _ options: RunOptions, _ peersOptions: PeersOptions,
        _ membership: (any Membership)? = nil
    ) throws {
        let plan = try pipeline.planForPeers()
        let topology = try PeersTopology(plan, peers)
        if topology.isEverywhere {
            // Nobody waits for anybody, whoever they are.
            membership?.stop()
            return try startAlone(plan, options)
        }
        let instance = InstanceNumber.next()
        var settings = PeerLinksSettings(
            peers: peers, planHash: plan.hash, instance: instance, security: peersOptions.security,
            timing: PeerTiming(
                heartbeatInterval: peersOptions.heartbeatInterval, peerTimeout: peersOptions.peerTimeout),
            logger: options.logger)
        settings.listensAt = peersOptions.listensAt
        let outcome = PeersOutcome(scheduler: options.scheduler)
        let member = Guarded<OnLoop<PeersMember>?>(nil, scheduler: options.scheduler)
        let port = try PeerPort(settings) { links in
            let made = PeersMember(
                topology, peers, plan: plan, options: options, peersOptions: peersOptions, links: links,
                instance: instance, outcome: outcome)
            member.withLock { $0 = OnLoop(made, links.loop) }
            made.begin()
            return made
        }
        if let way = member.withLock({ $0 }) { begin(.shared(way)) { outcome.status(plan) } }
        options.scheduler.spawn(name: "peers") { [self] in
            let end = outcome.wait()
            state.withLock { $0.way = nil }
            port.close(end.goodbye)
            membership?.stop()
            self.end(end.result)
        }
    }

    private func begin(_ way: Way, look: @escaping @Sendable () -> RunStatus) {
        state.withLock { state in
            state.look = look
            if state.result == nil { state.way = way }
        }
    }

    /// Tells how this instance's own part stands: reading, or merging and writing. One that only shares the work, or waits for
    /// the end of others, counts as running, and ready, as long as they run.
    package var look: (@Sendable () -> RunStatus)? { state.withLock { $0.look } }

    private func end(_ result: Result<PeersReport, PipelineError>) {
        let waiting = state.withLock { state in
            state.way = nil
            state.result = result
            changed.broadcast()
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(with: result.mapError { $0 }) }
    }

    private func tell(_ body: @escaping @Sendable (PeersMember) -> Void) {
        state.withLock { state in
            if case .shared(let member) = state.way { member.run(body) }
        }
    }

    /// Changes the members while the pipeline runs; returns as soon as it is known whether that can be. All instances that
    /// are told the same make one change of it; of two different ones at once, one is made everywhere.
    ///
    /// - Parameter members: those that there are to be, in their order
    /// - Returns: who the members are now, and the number of the epoch in which they are to be the new ones
    /// - Throws: ``PeersError`` with the code ``PeersError/Code/changeRefused`` where it cannot be
    @discardableResult
    public func set(_ members: [PeerAddress]) throws(PeersError) -> PeersState {
        try Peers.check(members)
        return try ask { $0.set(members) }
    }

    /// Who the members are.
    ///
    /// - Throws: ``PeersError`` where this process runs the pipeline alone, or it has ended
    public func members() throws(PeersError) -> PeersState {
        try ask { $0.answer(.current) }
    }

    private func ask(_ body: @escaping @Sendable (PeersMember) -> ListAnswer) throws(PeersError) -> PeersState {
        let answer = Guarded<ListAnswer?>(nil, scheduler: scheduler)
        let came = answer.monitor.makeCondition()
        // Under the lock: what is asked before the end is still answered.
        let isAsked = state.withLock { state in
            guard case .shared(let member) = state.way else { return false }
            member.run { member in
                let found = body(member)
                answer.withLock { answer in
                    answer = found
                    came.broadcast()
                }
            }
            return true
        }
        guard isAsked else {
            throw PeersError(.changeRefused, "the pipeline runs in one process alone, or has ended: it has no members")
        }
        return try PeersState(answer.waitWithLock { answer in answer.map { .done($0) } ?? .wait(came) })
    }

    /// Stops this instance. One that reads the source or merges ends the pipeline on all: what was read goes to its end.
    /// One that only shares the work leaves it to the others. May be called at any time and more than once.
    public func stop() {
        state.withLock { state in
            switch state.way {
            case .alone(let run): run.stop()
            case .shared(let member): member.run { $0.stop() }
            case nil: break
            }
        }
    }

    /// Ends this instance at once: what is not done is not committed.
    public func abort() {
        state.withLock { state in
            switch state.way {
            case .alone(let run): run.abort()
            case .shared(let member): member.run { $0.abort() }
            case nil: break
            }
        }
    }

    /// Waits for the end.
    ///
    /// - Throws: `PipelineError` where not everything was delivered
    public func value() async throws -> PeersReport {
        try await withCheckedThrowingContinuation { continuation in
            let result = state.withLock { state in
                if state.result == nil { state.waiting.append(continuation) }
                return state.result
            }
            if let result { continuation.resume(with: result.mapError { $0 }) }
        }
    }

    /// Waits for the end on the calling thread; not for tasks of the cooperative pool.
    ///
    /// - Throws: `PipelineError` where not everything was delivered
    public func wait() throws(PipelineError) -> PeersReport {
        try state.waitWithLock { state in state.result.map { .done($0) } ?? .wait(changed) }.get()
    }
}
