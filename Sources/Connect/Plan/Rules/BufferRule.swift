/// A buffer has room: for one element, and better for one per worker.
struct BufferRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        declaration.stages.compactMap { stage in
            guard let buffer = stage.settings.buffer else { return nil }
            if buffer < 1 {
                return stage.finding(
                    .bufferInvalid, "has .buffer(\(buffer)), so no element could enter it",
                    "Say how many elements may wait, at least 1, or take .buffer away for the usual bound.")
            }
            guard stage.par > buffer else { return nil }
            return stage.remark(
                .bufferBelowPar, "has .buffer(\(buffer)) and \(stage.par) workers, who cannot all be busy",
                "Raise .buffer to \(stage.par) or more, or lower .par.")
        }
    }
}
