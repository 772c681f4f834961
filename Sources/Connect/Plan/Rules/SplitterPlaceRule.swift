/// Source and splitters are one: positions are made behind the last splitter, so nothing may stand or count before it.
struct SplitterPlaceRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        zip(declaration.stages, declaration.stages.dropFirst()).flatMap { before, stage in
            stage.role == .splitter ? findings(at: stage, behind: before) : []
        }
    }

    private func findings(at splitter: PlannedStage, behind before: PlannedStage) -> [PlanFinding] {
        guard before.isOfRoot else {
            return [
                splitter.finding(
                    .splitterMisplaced, "is a splitter, but stands behind \(before.mention)",
                    "Only the source and other splitters may stand before a splitter: move it up to the source.")
            ]
        }
        var modifiers: [String] = []
        if before.settings.limit != nil { modifiers.append(".limit") }
        if before.settings.throttle != nil { modifiers.append(".throttle") }
        return modifiers.map { modifier in
            before.finding(
                .splitterMisplaced,
                "has \(modifier), which would count pieces of the stream, as \(splitter.mention) splits it only later",
                "Put \(modifier) behind the last splitter, where there are whole messages to count.")
        }
    }
}
