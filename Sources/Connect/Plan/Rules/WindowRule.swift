/// What a sink can hold unflushed fits its trigger.
struct WindowRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        declaration.stages.compactMap { stage in
            guard let window = stage.sink?.window else { return nil }
            if window < 1 {
                return stage.finding(
                    .windowInvalid, "can hold \(window) elements unflushed, so it could take none",
                    "Set its window to at least 1, or to none.")
            }
            guard let each = stage.settings.triggers.each, window < each else { return nil }
            return stage.remark(
                .windowBelowTrigger,
                "flushes when \(window) elements wait, before .trigger(each: \(each)) can fire",
                "Raise the sink's window to \(each), or lower the trigger to \(window).")
        }
    }
}
