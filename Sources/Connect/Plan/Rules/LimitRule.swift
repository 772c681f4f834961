/// A limit lets at least one element through.
struct LimitRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        declaration.stages.compactMap { stage in
            guard let limit = stage.settings.limit, limit < 1 else { return nil }
            return stage.finding(
                .limitInvalid, "has .limit(\(limit)), so nothing would come out of it",
                "Say how many elements may leave it, at least 1, or take .limit away.")
        }
    }
}
