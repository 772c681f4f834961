public import Connect

/// A pipeline that is under way on several instances, as this one sees it; for those who start and stop it themselves.
public final class PeersRun: Sendable {
    private enum Way: Sendable {
        case alone(PipelineRun)
        case shared(OnLoop<ExchangeMember>)
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

    /// Plans a pipeline, listens for the other instances and starts this one's part; blocks until it listens.
    ///
    /// - Parameters:
    ///   - pipeline: the same on all instances
    ///   - peers: all instances, and which this one is; nil, or a list with one member, is a process by itself
    ///   - options: how to run it
    ///   - peersOptions: how the instances speak to each other
    /// - Throws: ``PlanError`` where the declaration has mistakes, or cannot be shared; ``PeersError`` where this instance
    ///   cannot listen, or nothing would protect it
    public init(
        _ pipeline: Pipeline, peers: Peers?, _ options: RunOptions = RunOptions(),
        _ peersOptions: PeersOptions = PeersOptions()
    ) throws {
        state = Guarded(State(), scheduler: options.scheduler)
        changed = state.monitor.makeCondition()
        if let peers, !peers.isAlone {
            try startShared(pipeline, peers, options, peersOptions)
        } else {
            try startAlone(try pipeline.planAlone(), options)
        }
    }

    private func startAlone(_ plan: Plan, _ options: RunOptions) throws {
        let run = try PipelineRun(plan, options) { [self] result in
            end(result.map { PeersReport(parts: [0: $0], isAlone: true) })
        }
        begin(.alone(run)) { run.status }
    }

    private func startShared(
        _ pipeline: Pipeline, _ peers: Peers, _ options: RunOptions, _ peersOptions: PeersOptions
    ) throws {
        let plan = try pipeline.planForPeers()
        let topology = try PeersTopology(plan, peers)
        if topology.isEverywhere { return try startAlone(plan, options) }
        var settings = PeerLinksSettings(
            peers: peers, planHash: plan.hash, instance: InstanceNumber.next(), security: peersOptions.security,
            timing: PeerTiming(
                heartbeatInterval: peersOptions.heartbeatInterval, peerTimeout: peersOptions.peerTimeout),
            logger: options.logger)
        settings.listensAt = peersOptions.listensAt
        let outcome = PeersOutcome(scheduler: options.scheduler)
        let timing = settings.timing
        let member = Guarded<OnLoop<ExchangeMember>?>(nil, scheduler: options.scheduler)
        let port = try PeerPort(settings) { links in
            let made = ExchangeMember(
                topology, plan: plan, options: options, limits: peersOptions.limits, links: links, timing: timing,
                outcome: outcome)
            member.withLock { $0 = made.onLoop(made) }
            made.start()
            return made
        }
        if let way = member.withLock({ $0 }) { begin(.shared(way)) { outcome.status(plan) } }
        options.scheduler.spawn(name: "peers") { [self] in
            let end = outcome.wait()
            state.withLock { $0.way = nil }
            port.close(end.goodbye)
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
    /// - Throws: ``PipelineError`` where not everything was delivered
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
    /// - Throws: ``PipelineError`` where not everything was delivered
    public func wait() throws(PipelineError) -> PeersReport {
        try state.waitWithLock { state in state.result.map { .done($0) } ?? .wait(changed) }.get()
    }
}

extension Pipeline {
    /// Runs the pipeline together with other instances of the same program, each told the same list: reads, shares the work
    /// between `split` and merge, and writes, whatever of that is this instance's, until all is done on all of them.
    ///
    /// - Parameters:
    ///   - peers: all instances, and which this one is; nil, or a list with one member, is a process by itself
    ///   - options: how to run it
    ///   - peersOptions: how the instances speak to each other
    /// - Returns: what was done on this instance
    /// - Throws: ``PlanError`` where the declaration has mistakes; ``PeersError`` where this instance cannot listen;
    ///   ``PipelineError`` where not everything was delivered
    @discardableResult
    public func run(
        peers: Peers?, _ options: RunOptions = RunOptions(), _ peersOptions: PeersOptions = PeersOptions()
    ) async throws -> PeersReport {
        let run = try PeersRun(self, peers: peers, options, peersOptions)
        return try await withTaskCancellationHandler {
            try await run.value()
        } onCancel: {
            run.stop()
        }
    }
}
