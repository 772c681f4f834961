/// An error policy stands where single elements can fail.
struct PolicyRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        declaration.stages.compactMap { stage in
            guard let policy = stage.settings.policy, !policy.isPlainFail, let reason = obstacle(stage, policy)
            else { return nil }
            return stage.finding(
                .policyNotPossible, "has .onError(\(policy.listed)), but \(reason.why)", reason.remedy)
        }
    }

    private func obstacle(_ stage: PlannedStage, _ policy: ErrorPolicy) -> (why: String, remedy: String)? {
        let elsewhere = "Take .onError away here; it belongs on the stages whose closures or coders may throw."
        switch stage.operation {
        case .source: return ("an error of a source stops the pipeline: there is no element to leave out", elsewhere)
        case .splitter: return ("behind a fault in a stream a splitter cannot find its place again", elsewhere)
        case .sink: return ("an error of a sink stops the pipeline: nothing behind it could go on", elsewhere)
        case .network: return ("errors of the network are not those of an element", elsewhere)
        case .elementwise(_, let traits, _) where !traits.hasElementPolicy:
            return (
                "it takes whole batches, which cannot be left out or tried again in part",
                "Use map or flatMap, which take single elements, or take .onError away."
            )
        case .asynchronous where policy.retries > 0:
            return (
                "it gives each element to its closure once",
                "Try again within the closure, and leave .onError(.skip) or .onError(.deadLetter(…)) here if wanted."
            )
        default: return nil
        }
    }
}

extension ErrorPolicy {
    /// Whether it is what holds without a policy.
    var isPlainFail: Bool {
        if case .fail = outcome { return retries == 0 }
        return false
    }

    /// How it was written, in short.
    var listed: String { retries > 0 ? ".retry(max: \(attempts), …)" : ".\(description)" }
}
