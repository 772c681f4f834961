/// Orders other than the total one need workers that could overtake each other, and keys of what enters the stage.
struct OrderRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        declaration.stages.flatMap { stage in key(stage) + idle(stage) } + limits(declaration.stages)
    }

    private func key(_ stage: PlannedStage) -> [PlanFinding] {
        guard case .key(let selector) = stage.settings.order.kind, let input = stage.input else { return [] }
        if selector.element == input { return [] }
        return [
            stage.finding(
                .orderKeyMismatch,
                "keeps the order by a key of \(selector.element.name), but \(input.name) is what enters it",
                "Name the key of what enters the stage: .key { (element: \(input.name)) in … }.")
        ]
    }

    private func idle(_ stage: PlannedStage) -> [PlanFinding] {
        guard !stage.settings.order.isTotal, stage.settings.par == 1 else { return [] }
        return [
            stage.remark(
                .orderWithoutPar,
                "gives up the order (\(stage.settings.order.description)), but has one worker, which keeps it anyway",
                "Raise .par(1), or leave the order away.")
        ]
    }

    private func limits(_ stages: [PlannedStage]) -> [PlanFinding] {
        stages.indices.compactMap { index in
            guard let limit = stages[index].settings.limit,
                let loose = stages[...index].first(where: \.losesOrder)
            else { return nil }
            let place = loose.number == stages[index].number ? "its workers" : "the workers of \(loose.mention)"
            return stages[index].remark(
                .limitInexact,
                "has .limit(\(limit)), but \(place) let elements overtake each other "
                    + "(limit after \(loose.settings.order.description): a restart repeats up to one window)",
                "Leave it if that is fine; else use .par with its default order before the limit.")
        }
    }
}
