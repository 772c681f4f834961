import ArgumentParser
import Connect
import ConnectCatalog
import ConnectDocuments

struct ValidateVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Looks for mistakes, and opens nothing.",
        discussion: "Ends with status 0 where there are none, else with 78 after showing all of them.")

    @OptionGroup var arguments: PipelineArguments

    @OptionGroup(title: "Instances that share the work") var peers: PeersWords

    @Flag(help: "Also shows each value with the place where it was said.")
    var explain = false

    func run() throws {
        let request = try PipelineRequest(arguments)
        let plan = try request.plan(peers)
        if explain { ToolOutput.show(request.hidden(request.explanation(ToolCatalog.current))) }
        ToolOutput.show("\(plan.pipeline): no mistakes")
    }
}

extension PipelineRequest {
    /// Every value that counts: component, key, value and place; secrets are not shown.
    func explanation(_ catalog: Catalog) -> String {
        var rows = settingRows()
        for (use, description) in declaration.uses(completedFrom: catalog) {
            let values = use.values(description)
            for (key, value) in values {
                let text = description.isSecret(key, value) ? "(secret)" : value.text
                rows.append([use.name, key, text, value.place])
            }
            for key in description?.keys ?? [] where !values.contains(where: { $0.key == key.name }) {
                guard let value = key.defaultValue else { continue }
                rows.append([use.name, key.name, key.isSecret ? "(secret)" : value.debugDescription, "default"])
            }
        }
        return TextTable.text(["COMPONENT", "KEY", "VALUE", "FROM"], rows)
    }

    /// What holds for the pipeline as a whole: what the command line says wins over the document.
    private func settingRows() -> [[String]] {
        let spec = values?["spec"]
        return PipelineDocument.settingKeys.compactMap { key in
            guard let value = options.last(where: { $0.key == key.name })?.value ?? spec?[key.name] else { return nil }
            return ["pipeline", key.name, value.isSecret ? "(secret)" : value.text, value.place]
        }
    }
}

extension ConfigurationValue {
    /// The value of a name in a mapping.
    fileprivate subscript(_ key: String) -> ConfigurationValue? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// Where it was said, and what was put into it.
    fileprivate var place: String {
        replacements.isEmpty ? "\(origin)" : "\(origin) with \(replacements.joined(separator: ", "))"
    }

    /// As it may be written on one line.
    fileprivate var text: String {
        switch content {
        case .text(let text): text.debugDescription
        case .list(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
        case .mapping(let entries):
            "{" + entries.map { "\($0.key): \($0.value.text)" }.joined(separator: ", ") + "}"
        }
    }
}
