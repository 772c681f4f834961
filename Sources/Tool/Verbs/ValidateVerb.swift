import ArgumentParser
import Connect
import ConnectCatalog

struct ValidateVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Looks for mistakes, and opens nothing.",
        discussion: "Ends with status 0 where there are none, else with 78 after showing all of them.")

    @OptionGroup var arguments: PipelineArguments

    @Flag(help: "Also shows each value with the place where it was said.")
    var explain = false

    func run() throws {
        let request = try PipelineRequest(arguments)
        let plan = try planOrStatus(try request.pipeline())
        if explain { ToolOutput.print(request.explanation(ToolCatalog.current)) }
        ToolOutput.print("\(plan.pipeline): no mistakes")
    }
}

extension PipelineRequest {
    /// Every value that counts: component, key, value and place; secrets are not shown.
    func explanation(_ catalog: Catalog) -> String {
        var rows: [[String]] = []
        func note(_ use: ComponentUse, _ description: ComponentDescription?) {
            let keys = description?.keys ?? []
            var given: Set<String> = []
            var entries = use.entries
            if let unnamed = use.unnamed, let key = description?.unnamedKey {
                entries.insert(ConfigurationEntry(key: key, value: unnamed, at: unnamed.origin), at: 0)
            }
            for entry in entries {
                given.insert(entry.key)
                let isSecret = keys.first { $0.name == entry.key }?.isSecret ?? false
                rows.append([use.name, entry.key, isSecret ? "(secret)" : entry.value.text, "\(entry.value.origin)"])
            }
            for key in keys where !given.contains(key.name) {
                if let value = key.defaultValue { rows.append([use.name, key.name, value, "default"]) }
            }
        }
        note(declaration.source, catalog.sources[declaration.source.name]?.description)
        for stage in declaration.stages { note(stage, catalog.stages[stage.name]?.description) }
        note(declaration.sink, catalog.sinks[declaration.sink.name]?.description)
        return TextTable.text(["COMPONENT", "KEY", "VALUE", "FROM"], rows)
    }
}

extension ConfigurationValue {
    /// As it may be written on one line.
    var text: String {
        switch content {
        case .text(let text): text.debugDescription
        case .list(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
        case .mapping(let entries):
            "{" + entries.map { "\($0.key): \($0.value.text)" }.joined(separator: ", ") + "}"
        }
    }
}
