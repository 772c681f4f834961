/// A fold knows when to emit.
struct FoldTriggerRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        declaration.stages.compactMap { stage in
            guard stage.role == .fold, stage.settings.triggers.isEmpty else { return nil }
            return stage.finding(
                .triggerMissing, "is a fold without a trigger, so it does not know when to emit",
                "Put .trigger(each: 1000), .trigger(every: .seconds(1)) or both behind it.")
        }
    }
}
