/// What is split is merged again, and nothing stands between that a merge could not put in order.
struct NetworkRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        var findings: [PlanFinding] = []
        var split: PlannedStage?
        for (index, stage) in declaration.stages.enumerated() {
            guard case .network(let network) = stage.operation else { continue }
            if let count = network.batchCount, count < 1 { findings.append(empty(stage, count)) }
            switch network.kind {
            case .split, .keyedSplit:
                if let split { findings.append(again(stage, behind: split)) }
                split = stage
            case .merge, .orderedMerge:
                guard let begin = split else {
                    findings.append(unsplit(stage))
                    continue
                }
                let between = declaration.stages[..<index].drop { $0.number < begin.number }
                findings += between.flatMap { obstacles($0, before: stage, isOrdered: network.kind == .orderedMerge) }
                if begin.isKeyedSplit, network.kind == .orderedMerge { findings.append(unordered(stage, begin)) }
                split = nil
            }
        }
        return findings
    }

    private func again(_ stage: PlannedStage, behind split: PlannedStage) -> PlanFinding {
        stage.finding(
            .networkStage, "splits what \(split.mention) has split already",
            "Merge the elements before they are split again, or take one of the two away.")
    }

    private func empty(_ split: PlannedStage, _ count: Int) -> PlanFinding {
        split.finding(
            .networkStage, "deals out \(count) elements at a time, so nothing would be dealt out",
            "Say how many elements an instance gets at a time, at least 1.")
    }

    private func unordered(_ merge: PlannedStage, _ split: PlannedStage) -> PlanFinding {
        merge.finding(
            .networkStage,
            "restores the order of all elements, but \(split.mention) has dealt them out by key, which keeps only the order "
                + "of each key",
            "Merge with .merge(), behind which elements with equal keys are in order, or split without a key.")
    }

    private func unsplit(_ stage: PlannedStage) -> PlanFinding {
        stage.finding(
            .networkStage, "merges, but nothing before it is split",
            "Put .split() before the stages that are to run on all instances, or take the merge away.")
    }

    /// What must not stand between a split and its merge.
    private func obstacles(
        _ stage: PlannedStage, before merge: PlannedStage, isOrdered: Bool
    ) -> [PlanFinding] {
        var found: [PlanFinding] = []
        if stage.settings.limit != nil {
            found.append(
                stage.finding(
                    .networkStage,
                    "has .limit between a split and \(merge.mention), where each instance would count alone",
                    "Put .limit behind the merge, where all elements come by."))
        }
        guard isOrdered else { return found }
        if stage.role == .fold {
            found.append(
                stage.finding(
                    .networkStage,
                    "is a fold before \(merge.mention): what it emits belongs to no single place in the order",
                    "Fold behind the merge, or merge with .merge(), which keeps no order."))
        }
        if stage.losesOrder {
            found.append(
                stage.finding(
                    .networkStage,
                    "lets elements overtake each other before \(merge.mention), which could not put them in order",
                    "Use .par with its default order, or merge with .merge(), which keeps no order."))
        }
        return found
    }
}
