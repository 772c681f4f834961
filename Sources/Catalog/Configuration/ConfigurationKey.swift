/// One thing that a component can be told: its name, its type, and what holds where it is not given.
public struct ConfigurationKey: Sendable, Hashable {
    /// The name: words in camelCase, or a client library's own key.
    public let name: String
    /// What values it takes.
    public let type: ConfigurationType
    /// What the key does, in a sentence.
    public let help: String
    /// What holds where it is not given, as it would be written; nil where nothing does.
    public let defaultValue: String?
    /// Whether a component cannot do without it.
    public let isRequired: Bool
    /// Whether a new document should have it, though a component can do without it in some cases.
    public let isUsual: Bool
    /// What a new document has where nothing holds by default; nil where any value of its type will do.
    public let example: String?
    /// Whether it says in another way what the key before it says, so that only one of the two may be given.
    public let isAlternative: Bool
    /// Whether its value is never to be shown.
    public let isSecret: Bool

    /// Describes a key.
    ///
    /// - Parameters:
    ///   - name: words in camelCase
    ///   - type: what values it takes
    ///   - help: what it does, in a sentence
    ///   - defaultValue: what holds where it is not given, as it would be written
    ///   - isRequired: whether a component cannot do without it
    ///   - isUsual: whether a new document should have it, though a component can do without it in some cases
    ///   - example: what a new document has where nothing holds by default; nil where any value of its type will do
    ///   - isAlternative: whether it says in another way what the key before it says, so that only one may be given
    ///   - isSecret: whether its value is never to be shown
    public init(
        _ name: String, _ type: ConfigurationType, _ help: String, default defaultValue: String? = nil,
        isRequired: Bool = false, isUsual: Bool = false, example: String? = nil, isAlternative: Bool = false,
        isSecret: Bool = false
    ) {
        self.name = name
        self.type = type
        self.help = help
        self.defaultValue = defaultValue
        self.isRequired = isRequired
        self.isUsual = isUsual || isRequired
        self.example = example
        self.isAlternative = isAlternative
        self.isSecret = isSecret
    }

    /// Whether a key that is not described, such as one of a client library, is taken for that of a secret.
    ///
    /// - Parameter name: the key
    /// - Returns: whether its name has a word in it that stands for secrets
    public static func soundsSecret(_ name: String) -> Bool {
        let words = ["password", "passwd", "passphrase", "secret", "token", "credential", "private", "jaas", "apikey"]
        let name = name.lowercased()
        return words.contains { name.contains($0) } || name.hasSuffix("key.pem")
    }
}

/// What values a key takes.
public enum ConfigurationType: Sendable, Hashable {
    /// Any text.
    case text
    /// A whole number within bounds.
    case integer(ClosedRange<Int>)
    /// A number within bounds.
    case number(ClosedRange<Double>)
    /// `true` or `false`.
    case boolean
    /// A number with one of the units ns, us, ms, s, m, h, d: `500ms`, `1h30m`.
    case duration
    /// A number of bytes, maybe with one of the units B, KiB, MiB, GiB: `64MiB`.
    case bytes
    /// One of several words.
    case choice([String])
    /// Any number of texts; on the command line with commas between them.
    case list

    /// What it takes, for people: `a whole number from 1`.
    public var expectation: String {
        switch self {
        case .text: "a text"
        case .integer(let range): "a whole number\(ConfigurationType.bounds(range, most: .max))"
        case .number(let range): "a number\(ConfigurationType.bounds(range, most: .infinity))"
        case .boolean: "true or false"
        case .duration: "a time such as 500ms, 10s or 1h30m"
        case .bytes: "a number of bytes such as 4096, 64KiB or 1GiB"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .list: "a list of texts"
        }
    }

    /// The type's name in tables and schemas.
    public var name: String {
        switch self {
        case .text: "text"
        case .integer: "integer"
        case .number: "number"
        case .boolean: "boolean"
        case .duration: "duration"
        case .bytes: "bytes"
        case .choice: "choice"
        case .list: "list"
        }
    }

    private static func bounds<Bound: Comparable>(_ range: ClosedRange<Bound>, most: Bound) -> String {
        range.upperBound == most ? " from \(range.lowerBound)" : " from \(range.lowerBound) to \(range.upperBound)"
    }
}
