import Connect
import NIOCore

// MARK: - Changes of the members

extension ExchangeMember {
    /// Prepares for other members.
    ///
    /// - Parameter way: how; a later call may say another one
    func prepare(_ way: ListChange.Way) {
        guard !hasEnded, change != way else { return }
        // The end is near, and is to be that of all.
        if let failing { return fail(failing) }
        change = way
        switch way {
        case .goOn:
            // Behind a merge everything comes to its end once nothing comes to it; a pause there could hold that up.
            runs[0]?.split?.pause(true)
        case .drain:
            for run in runs.values { run.suspend() }
        case .cut:
            let error = PipelineError(
                code: .peerLost, stage: plan.pipeline, message: "all members begin again where the source was committed"
            )
            for middle in middles.values { middle.cancel() }
            middles = [:]
            for run in runs.values { run.cut(error) }
        }
        events.drained()
    }

    /// Whether the members can change now, as far as this one has to do with it.
    var isDrained: Bool {
        switch change {
        case .goOn: runs[0]?.split?.isDrained ?? true
        case .drain, .cut: runs.values.allSatisfy { $0.result != nil }
        case nil: false
        }
    }

    /// Goes on without a change.
    func resume() {
        change = nil
        runs[0]?.split?.pause(false)
    }

    /// Goes on with other members; those that read and merge are the same.
    ///
    /// - Parameter topology: where the parts are now
    func goOn(_ topology: PeersTopology) {
        round += 1
        change = nil
        for middle in middles.values { middle.cancel() }
        middles = [:]
        for timer in absences.values { timer.cancel() }
        absences = [:]
        patience?.cancel()
        patience = nil
        isImpatient = false
        instances = [:]
        let places = self.topology.members.map { topology.members.firstIndex(of: $0) }
        gone = Set(gone.compactMap { places[$0] })
        closed = Set(
            closed.compactMap { flow in
                places[Int(flow.origin)].map { FlowAddress(exchange: flow.exchange, origin: UInt32($0)) }
            })
        self.topology = topology
        splits = [:]
        for run in runs.values {
            run.goOn(topology, of: topology.members.count)
            if let split = run.split { splits[split.flow] = split }
        }
        for run in runs.values { run.split?.isUp(topology.own) }
        expectHosts()
        finishIfDone()
    }
}
