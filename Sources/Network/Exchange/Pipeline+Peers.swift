public import Connect

extension Pipeline {
    /// Runs the pipeline together with other instances of the same program, whose list a membership gives and changes while
    /// it runs.
    ///
    /// - Parameters:
    ///   - membership: gives the list; it is stopped at the end
    ///   - place: which member this instance is
    ///   - options: how to run it
    ///   - peersOptions: how the instances speak to each other
    /// - Returns: what was done on this instance
    /// - Throws: `PlanError` where the declaration has mistakes; ``PeersError`` where this instance cannot listen;
    ///   `PipelineError` where not everything was delivered
    @discardableResult
    public func run(
        membership: any Membership, self place: Peers.Place = .found, _ options: RunOptions = RunOptions(),
        _ peersOptions: PeersOptions = PeersOptions()
    ) async throws -> PeersReport {
        let run = try PeersRun(self, membership: membership, self: place, options, peersOptions)
        return try await withTaskCancellationHandler {
            try await run.value()
        } onCancel: {
            run.stop()
        }
    }

    /// Runs the pipeline together with other instances of the same program, each told the same list: reads, shares the work
    /// between `split` and merge, and writes, whatever of that is this instance's, until all is done on all of them.
    ///
    /// - Parameters:
    ///   - peers: all instances, and which this one is; nil, or a list with one member, is a process by itself
    ///   - options: how to run it
    ///   - peersOptions: how the instances speak to each other
    /// - Returns: what was done on this instance
    /// - Throws: `PlanError` where the declaration has mistakes; ``PeersError`` where this instance cannot listen;
    ///   `PipelineError` where not everything was delivered
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
