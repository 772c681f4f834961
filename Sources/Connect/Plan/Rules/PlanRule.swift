/// One thing that a declaration must keep. All rules look at every declaration, so that all mistakes are told at once.
protocol PlanRule: Sendable {
    /// What breaks the rule, or is worth a remark.
    func findings(in declaration: PlanDeclaration) -> [PlanFinding]
}

/// The rules that hold for every pipeline.
enum PlanRules {
    static let all: [any PlanRule] = [
        ChainRule(), NameRule(), SplitterPlaceRule(), ParRule(), OrderRule(), CoderRule(), CallsRule(), LimitRule(),
        BufferRule(), ThrottleRule(), MemoryRule(), FoldTriggerRule(), TriggerRule(), WindowRule(), PolicyRule(),
        RetryRule(), DurableFoldRule(), TransactionRule(), NetworkRule(), RequirementRule(),
    ]

    static func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        all.flatMap { $0.findings(in: declaration) }
    }
}
