/// The state of a durable fold has a name to be stored under, and fits the positions that it is stored with.
struct DurableFoldRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        let stages = declaration.stages
        return stages.indices.filter { stages[$0].isDurable }.flatMap { index in
            unnamed(stages[index]) + inexact(stages[index], behind: stages[..<index])
        } + limits(stages)
    }

    /// When a limit behind the fold is reached the fold has taken in more, and the state that would fit is gone.
    private func limits(_ stages: [PlannedStage]) -> [PlanFinding] {
        stages.indices.compactMap { index in
            let stage = stages[index]
            guard let limit = stage.settings.limit, let fold = stages[...index].last(where: \.isDurable) else {
                return nil
            }
            let place = fold.number == stage.number ? "is" : "counts what comes of \(fold.mention),"
            return stage.finding(
                .durableInexact,
                "has .limit(\(limit)), but \(place) a durable fold, whose state runs ahead of what the limit lets through",
                "Put .limit before the durable fold, or make it a fold that begins anew after a restart.")
        }
    }

    private func unnamed(_ fold: PlannedStage) -> [PlanFinding] {
        guard fold.settings.name == nil else { return [] }
        return [
            fold.finding(
                .durableUnnamed, "is a durable fold without a name, but its state is stored under its name",
                "Put .named(\"…\") behind it, and keep that name: under another one it starts anew.")
        ]
    }

    private func inexact(_ fold: PlannedStage, behind stages: ArraySlice<PlannedStage>) -> [PlanFinding] {
        var findings: [PlanFinding] = []
        if let loose = stages.first(where: \.losesOrder) {
            findings.append(
                fold.finding(
                    .durableInexact,
                    "is a durable fold, but \(loose.mention) before it lets elements overtake each other, so its state "
                        + "would hold some that come again after a restart",
                    "Use .par with its default order before a durable fold."))
        }
        if let outer = stages.first(where: { $0.role == .fold }) {
            findings.append(
                fold.finding(
                    .durableInexact,
                    "is a durable fold, but takes what \(outer.mention) emits, which after a restart need not be the same",
                    "Make one durable fold of the two."))
        }
        if let source = stages.first, let resumption = source.source?.resumption, resumption != .checkpointStore {
            findings.append(unfit(fold, source, resumption))
        }
        return findings
    }

    private func unfit(
        _ fold: PlannedStage, _ source: PlannedStage, _ resumption: SourceDescriptor.Resumption
    ) -> PlanFinding {
        let reason =
            resumption == .none
            ? "keeps no positions: what it gives after a restart is added to the stored state"
            : "keeps its positions itself: elements given again after a crash may be in the stored state already"
        return fold.remark(
            .durableInexact, "is a durable fold, but \(source.mention) \(reason)",
            "Leave it if that is what you want; a source whose positions are in the checkpoint is exact.")
    }
}
