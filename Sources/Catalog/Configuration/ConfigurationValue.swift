/// A value that was given for a key: what it says, and where it was said.
public struct ConfigurationValue: Sendable, Hashable {
    /// What was written.
    public enum Content: Sendable, Hashable {
        /// One value, as it was written.
        case text(String)
        /// Several values.
        case list([ConfigurationValue])
        /// Values with names.
        case mapping([ConfigurationEntry])

        /// What it is, for people.
        var kind: String {
            switch self {
            case .text(let text): "\"\(text)\""
            case .list: "a list"
            case .mapping: "a mapping"
            }
        }
    }

    /// What it says.
    public let content: Content
    /// Where it was said.
    public let origin: ConfigurationOrigin
    /// What was put in the place of `${…}`: `environment HOME`, `file /run/secret`.
    public var replacements: [String] = []
    /// Whether it is never to be shown, whatever its key is: a part of it was read from a file.
    public var isSecret = false

    /// A value with its place.
    public init(_ content: Content, at origin: ConfigurationOrigin) {
        self.content = content
        self.origin = origin
    }

    /// A single value with its place.
    public init(_ text: String, at origin: ConfigurationOrigin) {
        self.init(.text(text), at: origin)
    }
}

/// A value with its name, and where the name stands.
public struct ConfigurationEntry: Sendable, Hashable {
    /// The name.
    public let key: String
    /// The value.
    public let value: ConfigurationValue
    /// Where the name stands.
    public let origin: ConfigurationOrigin

    /// A value with its name.
    public init(key: String, value: ConfigurationValue, at origin: ConfigurationOrigin) {
        self.key = key
        self.value = value
        self.origin = origin
    }

    /// A single value with its name, both said at the same place.
    public init(key: String, text: String, at origin: ConfigurationOrigin) {
        self.init(key: key, value: ConfigurationValue(text, at: origin), at: origin)
    }
}

/// Where a value was said. Later ones win over earlier ones: default, environment, file, command line.
public enum ConfigurationOrigin: Sendable, Hashable, CustomStringConvertible {
    /// It is the default of the component.
    case standard
    /// An environment variable.
    case environment(String)
    /// A place in a file; line and column count from 1.
    case file(String, line: Int, column: Int)
    /// A word of the command line.
    case commandLine(String)

    /// Whether it stands before another: places in files by line and column, then everything else in its own order.
    func isBefore(_ other: ConfigurationOrigin) -> Bool {
        guard case .file(let path, let line, let column) = self else { return false }
        guard case .file(let otherPath, let otherLine, let otherColumn) = other else { return true }
        return (path, line, column) < (otherPath, otherLine, otherColumn)
    }

    /// `default`, `environment NAME`, `FILE:LINE:COLUMN` or the option as it was written
    public var description: String {
        switch self {
        case .standard: "default"
        case .environment(let name): "environment \(name)"
        case .file(let path, let line, let column): "\(path):\(line):\(column)"
        case .commandLine(let option): option
        }
    }
}
