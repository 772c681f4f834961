extension Pipeline {
    /// Says what the pipeline will do, without opening anything.
    ///
    /// - Throws: all mistakes of the declaration at once, each with the stage, its place and how to mend it
    public func plan() throws(PlanError) -> Plan {
        try plan(forPeers: true)
    }

    /// Says what the pipeline will do in a process that has no peers: what would cross between instances stays where it is.
    ///
    /// - Throws: all mistakes of the declaration, as ``plan()`` does
    package func planAlone() throws(PlanError) -> Plan {
        try plan(forPeers: false)
    }

    private func plan(forPeers hasPeers: Bool) throws(PlanError) -> Plan {
        var declaration = DeclaredPhase.run(self)
        let mistakes = PlanRules.findings(in: declaration)
        if !hasPeers { declaration.stages = declaration.stages.compactMap(\.withoutNetwork) }
        let withNetwork = NetworkPhase.run(declaration.stages)
        let coders = CoderPhase.run(withNetwork, settings)
        let findings = (mistakes + coders.findings).inOrderOfStages
        if findings.contains(where: { $0.severity == .error }) {
            throw PlanError(pipeline: name, findings: findings)
        }
        let withCoders = TransactionNotes.add(to: TriggerDefaults.apply(to: coders.stages))
        return Plan(
            pipeline: name, warnings: findings, hash: PlanHash.hash(of: declaration, withCoders: withCoders),
            declared: declaration.stages, withNetwork: withNetwork, withCoders: withCoders,
            segments: Fusion.segments(of: withCoders), settings: settings,
            promise: PlanPromise(of: declaration.stages))
    }
}

extension PlannedStage {
    /// What is left of the stage where nothing crosses: what was set on it; nil where nothing is.
    fileprivate var withoutNetwork: PlannedStage? {
        guard role == .network else { return self }
        if settings.limit == nil, settings.throttle == nil, settings.buffer == nil { return nil }
        var stage = self
        stage.operation = .conversion(isAskedFor: true)
        return stage
    }
}

extension [PlanFinding] {
    /// By stage, and of one stage errors first; else in the order of the rules.
    fileprivate var inOrderOfStages: [PlanFinding] {
        enumerated().sorted { left, right in
            let leftRank = (left.element.number, left.element.severity == .error ? 0 : 1, left.offset)
            let rightRank = (right.element.number, right.element.severity == .error ? 0 : 1, right.offset)
            return leftRank < rightRank
        }.map(\.element)
    }
}
