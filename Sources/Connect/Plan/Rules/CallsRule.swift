/// An asynchronous stage can make a call.
struct CallsRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        declaration.stages.compactMap { stage in
            guard case .asynchronous(_, let calls, _) = stage.operation, calls < 1 else { return nil }
            return stage.finding(
                .callsInvalid, "has maxInFlight: \(calls), so it could make no call",
                "Say how many calls may be under way at once, at least 1.")
        }
    }
}
