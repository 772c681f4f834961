import Connect
import ConnectCatalog

/// Writes what the groups of a match are.
struct Extraction: Sendable {
    private enum Form: Sendable {
        case text(separator: [UInt8], groups: Range<Int>)
        case json([(name: String, number: Int)])
    }

    private enum Unmatched: String {
        case drop, keep, fail
    }

    private let form: Form
    private let unmatched: Unmatched

    /// Reads what the stage was told.
    ///
    /// - Throws: `ConfigurationError` where the pattern has not the groups that are asked for
    init(_ configuration: Configuration, _ pattern: Pattern) throws(ConfigurationError) {
        unmatched = configuration.text("noMatch").flatMap { Unmatched(rawValue: $0) } ?? .drop
        if configuration.text("format") == "json" {
            let names = pattern.names
            if names.isEmpty {
                throw configuration.problem(
                    "pattern", "the pattern has no named group, so there is nothing to make an object of",
                    mend: "Name the groups: (?<status>\\d+).")
            }
            form = .json(names)
        } else {
            // Without groups the whole match.
            let groups = pattern.groupCount > 1 ? 1..<pattern.groupCount : 0..<1
            form = .text(separator: Array((configuration.text("separator") ?? "\t").utf8), groups: groups)
        }
    }

    /// Writes the groups of the first match; in JSON what is not UTF-8 becomes U+FFFD.
    ///
    /// - Returns: whether the element stays
    /// - Throws: `CoderError` where nothing matches and that is an error
    func write(_ pattern: Pattern, in bytes: UnsafeRawBufferPointer, _ output: inout BytesBuilder) throws -> Bool {
        guard try pattern.find(in: bytes) != nil else {
            switch unmatched {
            case .drop: return false
            case .keep: output.append(bytes)
            case .fail:
                throw CoderError(.malformed, coder: "extract", "the pattern does not match; see the key noMatch")
            }
            return true
        }
        switch form {
        case .text(let separator, let groups):
            for group in groups {
                if group > groups.lowerBound { separator.withUnsafeBytes { output.append($0) } }
                guard let range = pattern.group(group) else { continue }
                output.append(UnsafeRawBufferPointer(rebasing: bytes[range]))
            }
        case .json(let names):
            output.append(
                JSONText.object(
                    names.map { group in
                        let text = pattern.group(group.number).map { String(decoding: bytes[$0], as: UTF8.self) }
                        return (name: group.name, value: text.map { JSONText.quoted($0) } ?? "null")
                    }))
        }
        return true
    }
}
