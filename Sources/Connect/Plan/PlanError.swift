/// All the mistakes of a declaration at once.
public struct PlanError: Error, Sendable, CustomStringConvertible {
    /// The pipeline's name.
    public let pipeline: String
    /// The mistakes, and the remarks beside them, in the order of the stages.
    public let findings: [PlanFinding]

    /// The mistakes of a declaration.
    public init(pipeline: String, findings: [PlanFinding]) {
        self.pipeline = pipeline
        self.findings = findings
    }

    /// A heading, then for each finding where it is and what was found, and below it how to mend it.
    public var description: String {
        let errors = findings.count { $0.severity == .error }
        let heading = "pipeline \"\(pipeline)\" cannot be run, it has \(errors) mistake\(errors == 1 ? "" : "s"):"
        let entries = findings.flatMap { finding in
            ["  \(finding.heading)\(finding.sentence) [\(finding.code)]"]
                + finding.remedy.wrapped(to: 104).map { "      \($0)" }
        }
        return ([heading] + entries).joined(separator: "\n")
    }
}
