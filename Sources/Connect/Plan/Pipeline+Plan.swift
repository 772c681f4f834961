extension Pipeline {
    /// Says what the pipeline will do, without opening anything.
    ///
    /// - Throws: all mistakes of the declaration at once, each with the stage, its place and how to mend it
    public func plan() throws(PlanError) -> Plan {
        try plan(.asDeclared)
    }

    /// Says what the pipeline will do on several instances: where it has no network stages of its own, those are put in that
    /// let the instances share its work, or one of them does all of it.
    ///
    /// - Throws: all mistakes of the declaration, as ``plan()`` does
    package func planForPeers() throws(PlanError) -> Plan {
        try plan(.forPeers)
    }

    /// Says what the pipeline will do in a process that has no peers: what would cross between instances stays where it is.
    ///
    /// - Throws: all mistakes of the declaration, as ``plan()`` does
    package func planAlone() throws(PlanError) -> Plan {
        try plan(.alone)
    }

    private enum Audience {
        case asDeclared
        case alone
        case forPeers
    }

    private func plan(_ audience: Audience) throws(PlanError) -> Plan {
        var declaration = DeclaredPhase.run(self)
        let declared = declaration.stages
        var mistakes = PlanRules.findings(in: declaration)
        var sharing: PlanSharing?
        switch audience {
        case .asDeclared: break
        case .alone: declaration.stages = declared.compactMap(\.withoutNetwork)
        case .forPeers:
            let shared = SharingPhase.run(declaration)
            declaration.stages = shared.stages
            mistakes += shared.remarks
            sharing = shared.sharing
        }
        let withNetwork = NetworkPhase.run(declaration.stages)
        let coders = CoderPhase.run(withNetwork, settings)
        let findings = (mistakes + coders.findings).inOrderOfStages
        if findings.contains(where: { $0.severity == .error }) {
            throw PlanError(pipeline: name, findings: findings)
        }
        let withCoders = TransactionNotes.add(to: TriggerDefaults.apply(to: coders.stages))
        return Plan(
            pipeline: name, warnings: findings, hash: PlanHash.hash(of: declaration, withCoders: withCoders),
            declared: audience == .forPeers ? declared : declaration.stages, withNetwork: withNetwork,
            withCoders: withCoders, segments: Fusion.segments(of: withCoders), settings: settings,
            promise: PlanPromise(of: declaration.stages), sharing: sharing)
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
