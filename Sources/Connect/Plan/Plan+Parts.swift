extension Plan {
    /// The stages that carry elements between instances, in order: each ends a part of the pipeline and begins the next.
    package var networkStages: [NetworkStage] {
        withCoders.compactMap { stage in
            if case .network(let network) = stage.operation { return network }
            return nil
        }
    }

    /// A part of the pipeline: the stages between two network stages, as a plan that one process runs.
    ///
    /// - Parameters:
    ///   - number: which part, from 0; there is one more than there are network stages
    ///   - entry: in the place of the network stage before it; nil for the first part
    ///   - exit: in the place of the network stage behind it; nil for the last part
    /// - Returns: the plan of the part
    package func part(_ number: Int, entry: PartEntry?, exit: PartExit?) -> Plan {
        let cuts = withCoders.indices.filter { withCoders[$0].role == .network }
        let start = number == 0 ? withCoders.startIndex : cuts[number - 1] + 1
        let end = number == cuts.count ? withCoders.endIndex : cuts[number]
        var entry = entry
        if number > 0 {
            // What was set on the network stage holds for what comes out of it.
            let settings = withCoders[cuts[number - 1]].settings
            entry?.stage.settings.limit = settings.limit
            entry?.stage.settings.throttle = settings.throttle
        }
        var stages = [entry?.stage].compactMap { $0 } + withCoders[start..<end] + [exit?.stage].compactMap { $0 }
        for index in stages.indices { stages[index].number = index + 1 }
        return Plan(
            pipeline: pipeline, warnings: warnings, hash: hash, declared: stages, withNetwork: stages,
            withCoders: stages, segments: Fusion.segments(of: stages), settings: settings,
            promise: PlanPromise(of: stages))
    }
}
