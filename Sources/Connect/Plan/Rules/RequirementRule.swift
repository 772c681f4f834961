/// The plan promises as much as is demanded.
struct RequirementRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        guard let requirement = declaration.settings.requirement else { return [] }
        let delivery = PlanPromise(of: declaration.stages).delivery
        guard delivery.guarantee < requirement, let stage = delivery.stage else { return [] }
        return [
            stage.finding(
                .guaranteeTooWeak,
                "allows no more than \(delivery.guarantee), but .require asks for \(requirement): it "
                    + delivery.reason,
                "Replace the stage by one that does more, or ask for .require(\(delivery.guarantee.written)).")
        ]
    }
}

extension DeliveryGuarantee {
    /// How it is written in Swift.
    fileprivate var written: String {
        switch self {
        case .atMostOnce: ".atMostOnce"
        case .atLeastOnce: ".atLeastOnce"
        case .exactlyOnce: ".exactlyOnce"
        }
    }
}
