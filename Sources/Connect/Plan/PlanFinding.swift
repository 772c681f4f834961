/// One mistake or remark that planning found.
public struct PlanFinding: Sendable, Hashable, CustomStringConvertible {
    /// What kind of finding it is; new kinds may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable text of the code.
        public let description: String

        /// A code by its stable text.
        public init(_ description: String) {
            self.description = description
        }
    }

    /// Whether the pipeline can be run all the same.
    public enum Severity: String, Sendable, Hashable {
        /// It cannot be run.
        case error
        /// It can.
        case warning
    }

    /// What kind of finding it is.
    public var code: Code
    /// Whether the pipeline can be run all the same.
    public var severity: Severity
    /// The stage's name; empty where no stage is to blame.
    public var stage: String
    /// The stage's number in the declaration, from 1; 0 where no stage is to blame.
    public var number: Int
    /// What was found, as the rest of a sentence that begins with the stage.
    public var found: String
    /// What would be accepted, and how to mend it, in whole sentences.
    public var remedy: String
    /// Where the stage was declared, or the pipeline where no stage is to blame.
    public var location: SourceLocation?

    /// A finding.
    public init(
        _ code: Code, severity: Severity = .error, stage: String, number: Int, found: String, remedy: String,
        location: SourceLocation?
    ) {
        self.code = code
        self.severity = severity
        self.stage = stage
        self.number = number
        self.found = found
        self.remedy = remedy
        self.location = location
    }

    /// What was found, in one sentence without a full stop: `stage 3 "count-3" has …`.
    var sentence: String {
        let subject = number > 0 ? "stage \(number) \(stage.debugDescription)" : "the pipeline"
        return "\(subject) \(found)"
    }

    /// `file:line: error: `
    var heading: String {
        let place = location.map { "\($0): " } ?? ""
        return "\(place)\(severity.rawValue): "
    }

    /// One line for people: where, what was found, how to mend it, and the code.
    public var description: String {
        "\(heading)\(sentence). \(remedy) [\(code)]"
    }
}
