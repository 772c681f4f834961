import Connect
import ConnectCatalog

/// A document for a source and a sink, with everything that they can be told.
struct DocumentTemplate {
    let catalog: Catalog
    let name: String
    let source: ComponentDescription
    let sink: ComponentDescription

    var text: String {
        var lines = [
            "# A pipeline: connectctl validate looks for mistakes, plan shows what it would do, run runs it.",
            "# ${NAME}, ${NAME:-default} and ${file:/path} are replaced; what is commented out shows what holds without it.",
            "apiVersion: connect/v1", "kind: Pipeline", "metadata:", "  name: \(JSONText.quoted(name))", "spec:",
            "  # \(source.summary)", "  source:",
        ]
        lines += component(source, isSink: false)
        lines += ["", "  # What is done to the elements, in order: connectctl list shows the stages."]
        lines += needsLines ? ["  stages:", "    - lines"] : ["  # stages:"]
        lines += [
            "    # - type: grep", "    #   pattern: ERROR", "    #   par: 2", "", "  # \(sink.summary)", "  sink:",
        ]
        lines += component(sink, isSink: true)
        lines += [
            "", "  # The directory of the checkpoints: with it a restart goes on where the last run ended.",
            "  # state: state/",
            "  # How often checkpoints are made.", "  # checkpointEvery: 1s",
        ]
        return lines.joined(separator: "\n")
    }

    /// Whether the pipeline works with lines behind the source; where the source gives messages it does not.
    private var needsLines: Bool {
        func use(_ description: ComponentDescription, isSink: Bool) -> ComponentUse {
            let entries = description.keys.filter(\.isUsual).map { key in
                ConfigurationEntry(key: key.name, text: sample(key, isSink: isSink), at: .standard)
            }
            return ComponentUse(name: description.name, entries: entries, at: .standard)
        }
        let declaration = PipelineDeclaration(
            name: "init", source: use(source, isSink: false), stages: [ComponentUse(name: "lines", at: .standard)],
            sink: use(sink, isSink: true))
        return (try? declaration.pipeline(from: catalog).plan()) != nil
    }

    private func component(_ description: ComponentDescription, isSink: Bool) -> [String] {
        var lines = ["    type: \(description.name)"]
        for key in description.keys {
            let value = sample(key, isSink: isSink)
            let takes = "\(key.type.expectation)\(key.isSecret ? ", secret: ${file:/path} keeps it out of here" : "")"
            lines.append("    # \(key.help) (\(takes))")
            let mark = key.isAlternative ? "#   " : key.isUsual ? "" : "# "
            lines.append("    \(mark)\(key.name): \(DocumentTemplate.scalar(value, key))")
        }
        return lines
    }

    /// A value that the key takes: its default where it has one.
    private func sample(_ key: ConfigurationKey, isSink: Bool) -> String {
        if key.isSecret { return "${file:/run/secrets/\(key.name)}" }
        if let value = key.defaultValue ?? key.example { return value }
        switch key.type {
        case .text: return key.name == "path" ? (isSink ? "output.txt" : "input.txt") : "text"
        case .integer(let range): return "\(min(max(1000, range.lowerBound), range.upperBound))"
        case .number(let range): return "\(range.lowerBound)"
        case .boolean: return "false"
        case .duration: return "10s"
        case .bytes: return "1MiB"
        case .choice(let words): return words.first ?? "text"
        case .list: return "[text]"
        }
    }

    /// A value as YAML: what could be read as something else is quoted.
    private static func scalar(_ text: String, _ key: ConfigurationKey) -> String {
        if key.type == .list || text.hasPrefix("${") { return text }
        let isPlain =
            !text.isEmpty && text.first != "-"
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._/-".contains($0)) }
        return isPlain ? text : JSONText.quoted(text)
    }
}
