/// The cost of a coder is positive, so that more steps never cost less.
struct CoderRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        declaration.settings.coders.entries.filter { $0.cost < 1 }.map { entry in
            declaration.finding(
                .coderCostInvalid, "has the coder \(entry.name) at a cost of \(entry.cost)",
                "Costs are at least 1: leave it at that and give the other coders a higher one.")
        }
    }
}
