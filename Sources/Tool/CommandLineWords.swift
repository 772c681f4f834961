import ConnectCatalog

/// A component as it stands on the command line, without what nobody is to see.
struct CommandLineWords {
    /// The option and what stands behind it, for messages; secrets are left out.
    let shown: String
    /// The secrets, as they are written.
    let secrets: Set<String>

    /// Looks through the words of one component.
    ///
    /// - Parameters:
    ///   - option: the option, such as `--from`
    ///   - text: what stands behind it
    ///   - separators: what stands between pairs of key and value
    ///   - catalog: knows which keys hold secrets
    init(_ option: String, _ text: String, separators: Set<Character>, catalog: Catalog) {
        let name = String(text.prefix { $0 != ":" && $0 != "?" })
        let descriptions = catalog.descriptions.map(\.description).filter { $0.name == name }
        let secretKeys = descriptions.flatMap(\.keys).filter(\.isSecret).map(\.name)
        let known = Set(descriptions.flatMap(\.keys).map(\.name))
        func isSecret(_ key: String) -> Bool {
            if known.contains(key) { return secretKeys.contains(key) }
            // A misspelt one too.
            return ConfigurationKey.soundsSecret(key) || NearestName.find(key, in: secretKeys) != nil
        }
        var secrets: Set<String> = []
        var rest = text.dropFirst(name.count)
        var parts: [Substring] = []
        while let end = rest.firstIndex(where: { separators.contains($0) || $0 == ":" }) {
            parts.append(rest[..<end])
            rest = rest[rest.index(after: end)...]
        }
        for part in parts + [rest] {
            guard let equals = part.firstIndex(of: "="), isSecret(String(part[..<equals])) else { continue }
            // To the next separator, though a colon may stand in a secret.
            let value = text[part.index(after: equals)...].prefix { !separators.contains($0) }
            secrets.insert(String(value))
        }
        if descriptions.contains(where: { $0.unnamedKey.map(secretKeys.contains) ?? false }) {
            secrets.insert(String(text.dropFirst(name.count + 1).prefix { !separators.contains($0) }))
        }
        if let password = CommandLineWords.password(of: text) { secrets.insert(password) }
        secrets.remove("")
        self.secrets = secrets
        shown = secrets.sorted { $0.count > $1.count }.reduce("\(option) \(text)") {
            $0.replacing($1, with: "(secret)")
        }
    }

    /// The password in `scheme://user:password@host`.
    static func password(of text: String) -> String? {
        guard let slashes = text.firstRange(of: "://") else { return nil }
        let authority = text[slashes.upperBound...].prefix { !"/?#".contains($0) }
        guard let sign = authority.lastIndex(of: "@"), let colon = authority[..<sign].firstIndex(of: ":") else {
            return nil
        }
        return String(authority[authority.index(after: colon)..<sign])
    }
}
