/// What is tried again is tried at least once, after a time that exists.
struct RetryRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        declaration.stages.flatMap { stage in
            guard let policy = stage.settings.policy, policy.retries > 0 else { return [PlanFinding]() }
            return faults(in: policy).map { fault in stage.finding(.retryInvalid, fault.found, fault.remedy) }
        }
    }

    private func faults(in policy: ErrorPolicy) -> [(found: String, remedy: String)] {
        var faults: [(found: String, remedy: String)] = []
        if policy.attempts < 1 {
            faults.append(
                (
                    "has .retry(max: \(policy.attempts), …), which would not try again",
                    "Say how often to try again, at least 1, or use .onError(.fail), .skip or .deadLetter(…) alone."
                ))
        }
        if policy.backoff < .zero {
            faults.append(
                (
                    "has .retry with a backoff of \(policy.backoff.listed)",
                    "The time to wait before trying again is zero or longer, as in .milliseconds(100)."
                ))
        }
        if policy.retries > 1 {
            faults.append(
                (
                    "has a .retry within a .retry, of which only the outer one would count",
                    "Put .fail, .skip or .deadLetter(…) behind otherwise:, and all tries into one max:."
                ))
        }
        return faults
    }
}
