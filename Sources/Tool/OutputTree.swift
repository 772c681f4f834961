import ConnectCatalog

/// Values with names, to be printed as JSON or YAML.
indirect enum OutputTree {
    case text(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case list([OutputTree])
    case object([(name: String, value: OutputTree)])

    /// As JSON (RFC 8259), indented.
    var json: String { json(indentation: "") }

    private func json(indentation: String) -> String {
        let deeper = indentation + "  "
        switch self {
        case .text(let text): return JSONText.quoted(text)
        case .integer(let number): return "\(number)"
        case .number(let number): return "\(number)"
        case .boolean(let flag): return "\(flag)"
        case .list(let values):
            if values.isEmpty { return "[]" }
            let lines = values.map { deeper + $0.json(indentation: deeper) }
            return "[\n" + lines.joined(separator: ",\n") + "\n" + indentation + "]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map { "\(deeper)\(JSONText.quoted($0.name)): \($0.value.json(indentation: deeper))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n" + indentation + "}"
        }
    }

    /// As YAML; texts are quoted as in JSON, which YAML understands.
    var yaml: String { yamlLines.joined(separator: "\n") }

    private var yamlLines: [String] {
        switch self {
        case .list(let values) where !values.isEmpty:
            return values.flatMap { value in
                value.yamlLines.enumerated().map { ($0.offset == 0 ? "- " : "  ") + $0.element }
            }
        case .object(let members) where !members.isEmpty:
            return members.flatMap { member in
                let lines = member.value.yamlLines
                let name = JSONText.quoted(member.name)
                return member.value.isNested ? ["\(name):"] + lines.map { "  " + $0 } : ["\(name): \(lines[0])"]
            }
        default: return [json]
        }
    }

    private var isNested: Bool {
        switch self {
        case .list(let values): !values.isEmpty
        case .object(let members): !members.isEmpty
        default: false
        }
    }
}
