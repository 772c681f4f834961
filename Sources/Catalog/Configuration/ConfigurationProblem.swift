/// One mistake in what was configured: where, what was found, what was expected and how to mend it.
public struct ConfigurationProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where the mistake stands.
    public let origin: ConfigurationOrigin
    /// What is wrong.
    public let message: String
    /// How to mend it.
    public let mend: String

    /// A mistake.
    public init(at origin: ConfigurationOrigin, _ message: String, mend: String) {
        self.origin = origin
        self.message = message
        self.mend = mend
    }

    /// A key that nobody knows.
    ///
    /// - Parameters:
    ///   - entry: the key
    ///   - owner: what has no such key
    ///   - known: the keys that it has
    public init(unknownKey entry: ConfigurationEntry, of owner: String, among known: [String]) {
        self.init(
            at: entry.origin, "\(owner) has no key \"\(entry.key)\"",
            mend: NearestName.mend(entry.key, in: known, what: "keys"))
    }

    /// `place: error: message`, and on a line of its own how to mend it
    public var description: String {
        "\(origin): error: \(message)\n    \(mend)"
    }
}

/// All mistakes that were found, so that nobody has to find them one by one.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// At least one.
    public let problems: [ConfigurationProblem]

    /// Several mistakes.
    public init(_ problems: [ConfigurationProblem]) {
        self.problems = problems
    }

    /// One mistake.
    public init(_ problem: ConfigurationProblem) {
        self.init([problem])
    }

    /// Each on lines of its own.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
