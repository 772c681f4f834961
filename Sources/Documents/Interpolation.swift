import ConnectCatalog

/// Puts values of the environment and of files in the place of `${…}`.
///
/// `${NAME}` is the variable, and a mistake where it is not set; `${NAME:-default}` has a default for that, and for an
/// empty one; `${NAME:?message}` says what is missing; `${file:/path}` is the content of a file without its last newline,
/// for secrets; `$${` stands for `${`.
struct Interpolation {
    /// The variables.
    let environment: [String: String]
    /// Reads a file; nil where it cannot be read.
    let readFile: (String) -> [UInt8]?
    /// What was read from files so far: nobody is to see it.
    var secrets: Set<String> = []

    /// Replaces in all texts of a value.
    ///
    /// - Parameters:
    ///   - value: any value
    ///   - problems: takes the mistakes; texts with one stay as they are
    /// - Returns: the value with everything replaced that could be
    mutating func apply(
        _ value: ConfigurationValue, _ problems: inout [ConfigurationProblem]
    ) -> ConfigurationValue {
        switch value.content {
        case .text(let text):
            guard text.contains("${") else { return value }
            let before = problems.count
            var replacements: [String] = []
            let result = replaced(text, value.origin, &replacements, &problems)
            if problems.count > before { return value }
            var replaced = ConfigurationValue(.text(result), at: value.origin)
            replaced.replacements = replacements
            replaced.isSecret = replacements.contains { $0.hasPrefix("file ") }
            return replaced
        case .list(let values):
            var results: [ConfigurationValue] = []
            for value in values { results.append(apply(value, &problems)) }
            return ConfigurationValue(.list(results), at: value.origin)
        case .mapping(let entries):
            var results: [ConfigurationEntry] = []
            for entry in entries {
                results.append(
                    ConfigurationEntry(key: entry.key, value: apply(entry.value, &problems), at: entry.origin))
            }
            return ConfigurationValue(.mapping(results), at: value.origin)
        }
    }

    private mutating func replaced(
        _ text: String, _ origin: ConfigurationOrigin, _ replacements: inout [String],
        _ problems: inout [ConfigurationProblem]
    ) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                result += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else {
                    problems.append(
                        ConfigurationProblem(
                            at: origin, "\"\(rest)\" has no closing brace", mend: "Write ${NAME}, or $${ for the signs."
                        ))
                    return result
                }
                let reference = rest[rest.index(rest.startIndex, offsetBy: 2)..<end]
                result += self.value(of: reference, origin, &replacements, &problems)
                rest = rest[rest.index(after: end)...]
            } else {
                result += "$"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    private mutating func value(
        of reference: Substring, _ origin: ConfigurationOrigin, _ replacements: inout [String],
        _ problems: inout [ConfigurationProblem]
    ) -> String {
        if reference.hasPrefix("file:") {
            let path = String(reference.dropFirst(5))
            guard let bytes = readFile(path), var text = String(validating: bytes, as: UTF8.self) else {
                problems.append(
                    ConfigurationProblem(
                        at: origin, "the file \(path) cannot be read, or is not UTF-8",
                        mend: "See whether it is there and who may read it."))
                return ""
            }
            if text.hasSuffix("\n") { text.removeLast() }
            replacements.append("file \(path)")
            secrets.insert(text)
            return text
        }
        let name = reference.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
        let rest = reference.dropFirst(name.count)
        let found = environment[String(name)]
        if name.isEmpty || !(rest.isEmpty || rest.hasPrefix(":-") || rest.hasPrefix(":?")) {
            problems.append(
                ConfigurationProblem(
                    at: origin, "\"${\(reference)}\" names no variable",
                    mend: "Write ${NAME}, ${NAME:-default}, ${NAME:?message} or ${file:/path}."))
            return ""
        }
        if let found, !found.isEmpty || rest.isEmpty {
            replacements.append("environment \(name)")
            return found
        }
        if rest.hasPrefix(":-") {
            replacements.append("default of \(name)")
            return String(rest.dropFirst(2))
        }
        let message = rest.hasPrefix(":?") ? ": \(rest.dropFirst(2))" : ""
        problems.append(
            ConfigurationProblem(
                at: origin, "the variable \(name) is not set\(message)",
                mend: "Set it, or give it a default: ${\(name):-value}."))
        return ""
    }
}
