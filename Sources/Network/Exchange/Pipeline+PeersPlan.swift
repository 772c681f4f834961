public import Connect

extension Pipeline {
    /// Says what the pipeline will do on the members of a list, without opening anything and without calling anybody.
    ///
    /// Where it has no `split` and no merge of its own, those are put in around the stages with `.par(…)` or `.on(.all)`, if
    /// the source is read by one member and the sink is on one: that which `.on(…)` says, or the last for standard output. The
    /// plan shows them among the network stages, says which stages run where, and where it shares nothing, why.
    ///
    /// All members come to the same plan, whichever of them this one is.
    ///
    /// - Parameter peers: all instances; nil, or a list with one member, is a process by itself
    /// - Returns: the plan
    /// - Throws: all mistakes of the declaration at once, and what keeps it from being run on these members
    public func plan(peers: Peers?) throws(PlanError) -> Plan {
        guard let peers, !peers.isAlone else { return try planAlone() }
        let plan = try planForPeers()
        _ = try PeersTopology(plan, peers)
        return plan
    }
}
