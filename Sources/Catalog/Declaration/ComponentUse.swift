/// A component as somebody has named it, with what it is told.
public struct ComponentUse: Sendable, Hashable {
    /// The component's name.
    public var name: String
    /// What stands behind the colon of a URI, or is given without a key.
    public var unnamed: ConfigurationValue?
    /// What it is told, in order.
    public var entries: [ConfigurationEntry]
    /// Where it was named.
    public var origin: ConfigurationOrigin

    /// A component with what it is told.
    public init(
        name: String, unnamed: ConfigurationValue? = nil, entries: [ConfigurationEntry] = [],
        at origin: ConfigurationOrigin
    ) {
        self.name = name
        self.unnamed = unnamed
        self.entries = entries
        self.origin = origin
    }
}

extension ComponentUse {
    /// Reads a source or sink: `scheme:rest?key=value&key=value`. Percent escapes are taken out of values, and out of
    /// what stands before the question mark only where there is one: a file may be called `100%`.
    ///
    /// - Parameters:
    ///   - text: the URI
    ///   - origin: where it stands
    /// - Throws: ``ConfigurationError`` where it is none
    public init(uri text: String, at origin: ConfigurationOrigin) throws(ConfigurationError) {
        guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else {
            throw ConfigurationError(
                ConfigurationProblem(
                    at: origin, "\"\(text)\" does not begin with the name of a component",
                    mend: "Write the name, a colon and what it is about: file:access.log."))
        }
        let rest = text[text.index(after: colon)...]
        guard let mark = rest.firstIndex(of: "?") else {
            self.init(
                name: String(text[..<colon]),
                unnamed: rest.isEmpty ? nil : ConfigurationValue(String(rest), at: origin),
                at: origin)
            return
        }
        let unnamed = try ComponentUse.unescaped(rest[..<mark], origin)
        var entries: [ConfigurationEntry] = []
        for pair in rest[rest.index(after: mark)...].split(separator: "&") {
            entries.append(
                try ComponentUse.entry(pair, origin) { text throws(ConfigurationError) in
                    try ComponentUse.unescaped(text, origin)
                })
        }
        self.init(
            name: String(text[..<colon]), unnamed: unnamed.isEmpty ? nil : ConfigurationValue(unnamed, at: origin),
            entries: entries, at: origin)
    }

    /// Reads a stage: `name`, `name:value` or `name:key=value,key=value`. In values `\,` stands for a comma and `\\` for
    /// a backslash.
    ///
    /// - Parameters:
    ///   - text: the stage
    ///   - origin: where it stands
    /// - Throws: ``ConfigurationError`` where it is none
    public init(stage text: String, at origin: ConfigurationOrigin) throws(ConfigurationError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty else {
            throw ConfigurationError(
                ConfigurationProblem(
                    at: origin, "\"\(text)\" does not begin with the name of a stage",
                    mend: "Write the name, and where it is told something a colon and key=value pairs: grep:pattern=x.")
            )
        }
        var unnamed: ConfigurationValue?
        var entries: [ConfigurationEntry] = []
        for (index, part) in ComponentUse.parts(of: parts.count > 1 ? parts[1] : "").enumerated() {
            if index == 0, !ComponentUse.hasKey(part) {
                unnamed = ConfigurationValue(part, at: origin)
                continue
            }
            entries.append(
                try ComponentUse.entry(part[...], origin) { text throws(ConfigurationError) in String(text) })
        }
        self.init(name: String(name), unnamed: unnamed, entries: entries, at: origin)
    }

    /// Cuts at commas, and takes backslashes out.
    private static func parts(of text: Substring) -> [String] {
        if text.isEmpty { return [] }
        var parts = [""]
        var isEscaped = false
        for character in text {
            if isEscaped {
                // A backslash before anything else is the value's own, as in patterns.
                if character != ",", character != "\\" { parts[parts.count - 1].append("\\") }
                parts[parts.count - 1].append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "," {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        if isEscaped { parts[parts.count - 1].append("\\") }
        return parts
    }

    private static func hasKey(_ part: String) -> Bool {
        guard let equals = part.firstIndex(of: "=") else { return false }
        let key = part[..<equals]
        return !key.isEmpty && key.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_" }
    }

    private static func entry(
        _ pair: Substring, _ origin: ConfigurationOrigin,
        _ value: (Substring) throws(ConfigurationError) -> String
    ) throws(ConfigurationError) -> ConfigurationEntry {
        guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else {
            throw ConfigurationError(
                ConfigurationProblem(
                    at: origin, "\"\(pair)\" is not a key with a value", mend: "Write key=value."))
        }
        let text = try value(pair[pair.index(after: equals)...])
        return ConfigurationEntry(
            key: String(pair[..<equals]), value: ConfigurationValue(text, at: origin), at: origin)
    }

    /// Takes percent escapes out (RFC 3986, section 2.1).
    private static func unescaped(
        _ text: Substring, _ origin: ConfigurationOrigin
    ) throws(ConfigurationError) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                throw ConfigurationError(
                    ConfigurationProblem(
                        at: origin, "\"\(text)\" has a % without two hexadecimal digits",
                        mend: "Write %25 for a percent sign."))
            }
            bytes.append(code)
            rest = rest.dropFirst(2)
        }
        guard let unescaped = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(
                ConfigurationProblem(
                    at: origin, "\"\(text)\" is not UTF-8 once its escapes are taken out",
                    mend: "Escape the bytes of UTF-8."))
        }
        return unescaped
    }
}
