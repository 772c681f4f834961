import ArgumentParser
import ConnectCatalog

struct ListVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the components, or what one of them can be told.")

    @Argument(help: "The component.")
    var name: String?

    func run() throws {
        let catalog = ToolCatalog.current
        guard let name else { return ToolOutput.show(ListVerb.overview(catalog)) }
        let found = catalog.descriptions.filter { $0.description.name == name }
        if found.isEmpty {
            let names = Set(catalog.descriptions.map(\.description.name)).sorted()
            throw ToolStatus(
                code: 78, message: "there is no component \"\(name)\"; there are \(names.joined(separator: ", "))")
        }
        ToolOutput.show(found.map { ListVerb.page($0.kind, $0.description) }.joined(separator: "\n\n"))
    }

    private static func overview(_ catalog: Catalog) -> String {
        let rows = catalog.descriptions.map { [$0.kind, $0.description.name, $0.description.summary] }
        return TextTable.text(["KIND", "NAME", "WHAT IT DOES"], rows)
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
