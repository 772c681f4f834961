/// What to tell an author whose types the coders cannot bring together.
enum CoderFindings {
    static func missing(
        _ stage: PlannedStage, from input: ElementType, to output: ElementType, among entries: [CoderEntry]
    ) -> PlanFinding {
        let wish = wish(of: stage, for: output)
        return stage.finding(
            .coderMissing, "\(wish), but it gets \(input.name) and no coders lead from there to \(output.name)",
            remedy(from: input, to: output, entries))
    }

    static func ambiguous(
        _ stage: PlannedStage, from input: ElementType, to output: ElementType, shown: [[CoderEntry]],
        isComplete: Bool, cost: Int
    ) -> PlanFinding {
        let ways = shown.map { $0.map(\.name).joined(separator: " >> ") }.joined(separator: "; ")
        let count = isComplete ? "\(shown.count)" : "more than \(shown.count)"
        let wish = wish(of: stage, for: output)
        return stage.finding(
            .coderAmbiguous,
            "\(wish) and gets \(input.name), and \(count) ways through the coders cost the same (\(cost)): \(ways)"
                + (isComplete ? "" : "; …"),
            "Say which one: for the first, \(choice(of: shown, for: stage)); or register those that are not meant with a "
                + "higher cost, as in .adding(coder, cost: 2).")
    }

    /// What to write so that the first of several ways is taken, at the step where they part.
    private static func choice(of ways: [[CoderEntry]], for stage: PlannedStage) -> String {
        guard let first = ways.first, let second = ways.dropFirst().first else { return "" }
        let fork = zip(first, second).prefix { $0.name == $1.name && $0.output == $1.output }.count
        let step = min(fork, first.count - 1)
        let before = step > 0 ? ".as(\(first[step - 1].output.name).self)" : ""
        let call = "\(before).as(\(first[step].output.name).self, via: …) with the coder \(first[step].name)"
        return stage.role == .conversion ? "write \(call) instead" : "put \(call) before it"
    }

    private static func wish(of stage: PlannedStage, for output: ElementType) -> String {
        stage.role == .conversion ? "asks for \(output.name)" : "takes \(output.name)"
    }

    private static func remedy(from input: ElementType, to output: ElementType, _ entries: [CoderEntry]) -> String {
        let cure =
            "convert with .map { … }, or name a coder with .as(\(output.name).self, via: …)"
        if entries.isEmpty {
            return "No coders were given: add some with .coders(…) on the pipeline, \(cure)."
        }
        let starting = entries.filter { $0.input == input }.map { "\($0.name) (to \($0.output.name))" }
        let ending = entries.filter { $0.output == output }.map { "\($0.name) (from \($0.input.name))" }
        return "Coders that take \(input.name): \(list(starting)); that give \(output.name): \(list(ending)). "
            + "Add the missing one with .coders(…) on the pipeline, \(cure)."
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.joined(separator: ", ")
    }
}
