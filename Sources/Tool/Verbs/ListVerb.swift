import ArgumentParser
import ConnectCatalog

/// How something is listed.
enum ListFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json, yaml

    /// The text in this format.
    func text(table: String, _ tree: OutputTree) -> String {
        switch self {
        case .table: table
        case .json: tree.json
        case .yaml: tree.yaml
        }
    }
}

struct ListVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the components, or what one of them can be told.")

    @Argument(help: "The component.")
    var name: String?

    @Option(name: [.customShort("o"), .customLong("output")], help: "How: table, json or yaml.")
    var format: ListFormat = .table

    func run() throws {
        let catalog = ToolCatalog.current
        let all = catalog.descriptions
        guard let name else {
            let rows = all.map { [$0.kind, $0.description.name, $0.description.summary] }
            let table = TextTable.text(["KIND", "NAME", "WHAT IT DOES"], rows)
            return ToolOutput.show(format.text(table: table, .list(all.map { ListVerb.tree($0.kind, $0.description) })))
        }
        let found = all.filter { $0.description.name == name }
        if found.isEmpty {
            let names = Set(all.map(\.description.name)).sorted()
            let mend = NearestName.mend(name, in: names, what: "components")
            throw ToolStatus(code: 78, message: "error: there is no component \"\(name)\"\n    \(mend)")
        }
        let table = found.map { ListVerb.page($0.kind, $0.description) }.joined(separator: "\n\n")
        ToolOutput.show(format.text(table: table, .list(found.map { ListVerb.tree($0.kind, $0.description) })))
    }

    private static func page(_ kind: String, _ description: ComponentDescription) -> String {
        var parts = ["\(description.name) (\(kind))\n\(description.summary)"]
        if !description.details.isEmpty { parts[0] += "\n\(description.details)" }
        if !description.keys.isEmpty {
            let rows = description.keys.map { key in
                let name = key.name == description.unnamedKey ? "\(key.name) (also without its name)" : key.name
                return [name, key.type.name, key.isRequired ? "required" : key.defaultValue ?? "", key.help]
            }
            parts.append(TextTable.text(["KEY", "TYPE", "DEFAULT", "WHAT IT SAYS"], rows))
        }
        if !description.examples.isEmpty { parts.append(description.examples.joined(separator: "\n")) }
        return parts.joined(separator: "\n\n")
    }

    private static func tree(_ kind: String, _ description: ComponentDescription) -> OutputTree {
        .object([
            (name: "kind", value: .text(kind)), (name: "name", value: .text(description.name)),
            (name: "summary", value: .text(description.summary)), (name: "details", value: .text(description.details)),
            (
                name: "keys",
                value: .list(
                    description.keys.map { key in
                        var members: [(name: String, value: OutputTree)] = [
                            (name: "name", value: .text(key.name)), (name: "type", value: .text(key.type.name)),
                            (name: "takes", value: .text(key.type.expectation)), (name: "help", value: .text(key.help)),
                            (name: "required", value: .boolean(key.isRequired)),
                            (name: "secret", value: .boolean(key.isSecret)),
                            (name: "unnamed", value: .boolean(key.name == description.unnamedKey)),
                        ]
                        if let value = key.defaultValue { members.append((name: "default", value: .text(value))) }
                        return .object(members)
                    })
            ), (name: "examples", value: .list(description.examples.map { .text($0) })),
        ])
    }
}

extension Catalog {
    /// All components: sources, then stages, then sinks, each by name.
    var descriptions: [(kind: String, description: ComponentDescription)] {
        let sources = sources.values.map { (kind: "source", description: $0.description) }
        let stages = stages.values.map { (kind: "stage", description: $0.description) }
        let sinks = sinks.values.map { (kind: "sink", description: $0.description) }
        return [sources, stages, sinks].flatMap { $0.sorted { $0.description.name < $1.description.name } }
    }
}
