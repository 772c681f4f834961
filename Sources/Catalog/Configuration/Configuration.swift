/// What a component was told: every value checked against the type of its key, with the defaults filled in.
public struct Configuration: Sendable {
    private let keys: [String: ConfigurationKey]
    private let values: [String: ConfigurationValue]
    /// Where the component was named.
    public let origin: ConfigurationOrigin
    /// Values of keys that the component passes on as they are, such as those of a client library; in order.
    public let passedOn: [ConfigurationEntry]

    /// Checks values against keys.
    ///
    /// - Parameters:
    ///   - entries: what was given; of two with the same key the later one counts
    ///   - keys: what may be given
    ///   - others: names that are known elsewhere, to guess from where one is misspelt
    ///   - passesOn: whether a key that is not among them belongs to somebody behind the component
    ///   - component: the component's name, for messages
    ///   - origin: where the component was named
    /// - Throws: ``ConfigurationError`` with all mistakes
    public init(
        _ entries: [ConfigurationEntry], keys: [ConfigurationKey], others: [String] = [],
        passesOn: (String) -> Bool = { _ in false }, component: String, at origin: ConfigurationOrigin
    ) throws(ConfigurationError) {
        self.keys = Dictionary(keys.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        self.origin = origin
        var problems: [ConfigurationProblem] = []
        var values: [String: ConfigurationValue] = [:]
        var passedOn: [ConfigurationEntry] = []
        // Keys that a misspelt one was meant for: they are not missing as well.
        var meant: Set<String> = []
        for entry in entries {
            guard let key = self.keys[entry.key] else {
                if passesOn(entry.key) {
                    passedOn.append(entry)
                } else {
                    if let name = NearestName.find(entry.key, in: keys.map(\.name)) { meant.insert(name) }
                    problems.append(
                        ConfigurationProblem(unknownKey: entry, of: component, among: keys.map(\.name) + others))
                }
                continue
            }
            if let problem = Configuration.check(entry.value, key, component) {
                problems.append(problem)
            } else {
                values[entry.key] = entry.value
            }
        }
        for key in keys where key.isRequired && !meant.contains(key.name) {
            if entries.contains(where: { $0.key == key.name }) { continue }
            problems.append(
                ConfigurationProblem(
                    at: origin, "\(component) needs the key \"\(key.name)\": \(key.help)",
                    mend: "Give it \(key.type.expectation)."))
        }
        self.values = values
        self.passedOn = passedOn
        if !problems.isEmpty { throw ConfigurationError(problems) }
    }

    /// Whether a value was given, beyond the default.
    public func isGiven(_ key: String) -> Bool { values[key] != nil }

    /// Where a key has its value from.
    public func origin(of key: String) -> ConfigurationOrigin { values[key]?.origin ?? .standard }

    /// The value of a key as text; nil where there is none.
    public func text(_ key: String) -> String? {
        guard let value = values[key] else { return keys[key]?.defaultValue }
        if case .text(let text) = value.content { return text }
        return nil
    }

    /// The value of a key of type integer; nil where there is none.
    public func integer(_ key: String) -> Int? { text(key).flatMap { Int($0) } }

    /// The value of a key of type number; nil where there is none.
    public func number(_ key: String) -> Double? { text(key).flatMap { Double($0) } }

    /// The value of a key of type boolean; false where there is none.
    public func flag(_ key: String) -> Bool { text(key) == "true" }

    /// The value of a key of type duration; nil where there is none.
    public func duration(_ key: String) -> Duration? { text(key).flatMap { UnitText.duration($0) } }

    /// The value of a key of type bytes; nil where there is none.
    public func bytes(_ key: String) -> Int? { text(key).flatMap { UnitText.bytes($0) } }

    /// The values of a key of type list; none where it was not given.
    public func list(_ key: String) -> [String] {
        guard let value = values[key] else {
            return keys[key]?.defaultValue.map { $0.split(separator: ",").map(String.init) } ?? []
        }
        return Configuration.texts(of: value)
    }

    /// A mistake that only the component could see, at the place of a key.
    public func problem(_ key: String, _ message: String, mend: String) -> ConfigurationError {
        let origin = values[key]?.origin ?? origin
        let error = ConfigurationError(ConfigurationProblem(at: origin, message, mend: mend))
        guard let value = values[key], value.isSecret || keys[key]?.isSecret == true else { return error }
        return error.hiding(Configuration.texts(of: value))
    }

    private static func texts(of value: ConfigurationValue) -> [String] {
        switch value.content {
        case .text(let text): text.split(separator: ",").map(String.init)
        case .list(let values): values.compactMap { if case .text(let text) = $0.content { text } else { nil } }
        case .mapping: []
        }
    }

    private static func check(
        _ value: ConfigurationValue, _ key: ConfigurationKey, _ component: String
    ) -> ConfigurationProblem? {
        let fits: Bool
        switch (value.content, key.type) {
        case (.text(let text), let type): fits = isValid(text, type)
        case (.list(let values), .list):
            fits = values.allSatisfy { if case .text = $0.content { true } else { false } }
        case (.list, _), (.mapping, _): fits = false
        }
        if fits { return nil }
        let found = key.isSecret || value.isSecret ? "the value of a secret" : value.content.kind
        return ConfigurationProblem(
            at: value.origin, "\(found) is no value for \"\(key.name)\" of \(component)",
            mend: "It takes \(key.type.expectation).")
    }

    private static func isValid(_ text: String, _ type: ConfigurationType) -> Bool {
        switch type {
        case .text, .list: true
        case .integer(let range): Int(text).map { range.contains($0) } ?? false
        case .number(let range): Double(text).map { range.contains($0) } ?? false
        case .boolean: text == "true" || text == "false"
        case .duration: UnitText.duration(text) != nil
        case .bytes: UnitText.bytes(text) != nil
        case .choice(let words): words.contains(text)
        }
    }
}
