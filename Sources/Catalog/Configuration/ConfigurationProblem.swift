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

    /// Several mistakes; they are put in the order of their places.
    public init(_ problems: [ConfigurationProblem]) {
        self.problems = problems.enumerated().sorted { left, right in
            if left.element.origin.isBefore(right.element.origin) { return true }
            if right.element.origin.isBefore(left.element.origin) { return false }
            return left.offset < right.offset
        }.map(\.element)
    }

    /// The same mistakes, without texts that nobody is to see.
    ///
    /// - Parameter secrets: what `(secret)` is written for
    /// - Returns: the mistakes at the same places
    package func hiding(_ secrets: some Collection<String>) -> ConfigurationError {
        // The longest first: a shorter one may be a part of it.
        let texts = secrets.filter { !$0.isEmpty }.sorted { $0.count > $1.count }
        if texts.isEmpty { return self }
        func hidden(_ text: String) -> String { texts.reduce(text) { $0.replacing($1, with: "(secret)") } }
        return ConfigurationError(
            problems.map { problem in
                var origin = problem.origin
                if case .commandLine(let words) = origin { origin = .commandLine(hidden(words)) }
                return ConfigurationProblem(at: origin, hidden(problem.message), mend: hidden(problem.mend))
            })
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
