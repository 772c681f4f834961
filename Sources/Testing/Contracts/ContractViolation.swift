/// What a connector or coder does otherwise than its contract says.
public struct ContractViolation: Error, Sendable, CustomStringConvertible {
    /// What was checked, in a few words.
    public let check: String
    /// What was expected and what was found.
    public let message: String

    /// A violation.
    ///
    /// - Parameters:
    ///   - check: what was checked
    ///   - message: what was expected and what was found
    public init(_ check: String, _ message: String) {
        self.check = check
        self.message = message
    }

    /// `check: message`
    public var description: String { "\(check): \(message)" }
}
