/// Names can be told apart and printed: errors, metrics and checkpoints use them.
struct NameRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        var findings: [PlanFinding] = []
        if let fault = fault(in: declaration.pipeline) {
            findings.append(
                declaration.finding(
                    .nameInvalid, "has a name that \(fault)",
                    "Checkpoints are kept under it: give it one of printable characters, as in Pipeline(\"orders\")."))
        }
        var owners: [String: PlannedStage] = [:]
        for stage in declaration.stages {
            guard let name = stage.settings.name else { continue }
            if let fault = fault(in: name) {
                findings.append(
                    stage.finding(
                        .nameInvalid, "has a name that \(fault)",
                        "Give it one of printable characters, as in .named(\"parse\"), or take .named away."))
            } else if let owner = owners[name] {
                findings.append(
                    stage.finding(
                        .nameTaken, "has the same name as \(owner.mention)",
                        "Names are unique in a pipeline: give one of the two another with .named(…)."))
            } else {
                owners[name] = stage
            }
        }
        return findings
    }

    private func fault(in name: String) -> String? {
        if name.allSatisfy(\.isWhitespace) { return "is empty" }
        let isPrintable = name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        return isPrintable ? nil : "has a line break or another control character in it"
    }
}
