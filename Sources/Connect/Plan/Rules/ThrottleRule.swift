/// A throttle lets elements through, in a time that passes.
struct ThrottleRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        declaration.stages.compactMap { stage in
            guard let throttle = stage.settings.throttle else { return nil }
            guard throttle.count < 1 || throttle.period <= .zero else { return nil }
            return stage.finding(
                .throttleInvalid, "has .throttle(\(throttle.count), per: \(throttle.period.listed))",
                "The count is at least 1 and the period longer than zero, as in .throttle(100, per: .seconds(1)).")
        }
    }
}
