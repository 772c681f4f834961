import ConnectCatalog
import ConnectDocuments

/// The JSON Schema (draft 2020-12) of documents, made from a catalog, for editors that complete and check.
///
/// It is looser than `validate`: wherever `${…}` may stand it takes any text with it, and of one-liners in a document it
/// knows the names only.
struct DocumentSchema {
    let catalog: Catalog

    private static let placeholder = OutputTree.object([
        (name: "type", value: .text("string")), (name: "pattern", value: .text("\\$\\{")),
    ])

    var tree: OutputTree {
        .object([
            (name: "$schema", value: .text("https://json-schema.org/draft/2020-12/schema")),
            (name: "title", value: .text("A pipeline of connectctl")),
            (name: "type", value: .text("object")),
            (name: "required", value: texts(["apiVersion", "kind", "spec"])),
            (name: "additionalProperties", value: .boolean(false)),
            (
                name: "properties",
                value: .object([
                    (name: "apiVersion", value: .object([(name: "const", value: .text("connect/v1"))])),
                    (name: "kind", value: .object([(name: "const", value: .text("Pipeline"))])),
                    (name: "metadata", value: metadata), (name: "spec", value: spec), (name: "tests", value: tests),
                ])
            ),
        ])
    }

    private var metadata: OutputTree {
        object(
            [
                ("name", described(.object([(name: "type", value: .text("string"))]), "The pipeline's name.")),
                ("labels", .object([(name: "type", value: .text("object"))])),
                ("annotations", .object([(name: "type", value: .text("object"))])),
            ], required: [])
    }

    private var spec: OutputTree {
        let sources = catalog.sources.values.map { ($0.description, $0.passesOn("any.key")) }
        let stages = catalog.stages.values.map { ($0.description, false) }
        let sinks = catalog.sinks.values.map { ($0.description, $0.passesOn("any.key")) }
        let letters = catalog.sinks.values.filter { $0.deadLetters != nil }
            .map { ($0.description, $0.passesOn("any.key")) }
        return object(
            [
                ("source", described(component(sources), "Where elements come from.")),
                (
                    "stages",
                    .object([
                        (name: "description", value: .text("What is done to the elements, in order.")),
                        (name: "type", value: .text("array")), (name: "items", value: component(stages)),
                    ])
                ),
                ("sink", described(component(sinks), "Where elements go.")),
                ("deadLetter", described(component(letters), "Where elements go at which a stage fails.")),
            ] + PipelineDocument.settingKeys.map { ($0.name, schema(of: $0)) }, required: ["source", "sink"])
    }

    private var tests: OutputTree {
        let text = OutputTree.object([(name: "type", value: texts(["string", "array"]))])
        return .object([
            (name: "description", value: .text("Inputs and what is to come out of them, for connectctl test.")),
            (name: "type", value: .text("array")),
            (
                name: "items",
                value: object(
                    [("name", .object([(name: "type", value: .text("string"))])), ("input", text), ("output", text)],
                    required: ["input", "output"])
            ),
        ])
    }

    /// A component: a text that begins with its name, or a mapping with its name as type.
    private func component(_ all: [(description: ComponentDescription, passesOn: Bool)]) -> OutputTree {
        let all = all.sorted { $0.description.name < $1.description.name }
        let names = all.map(\.description.name).joined(separator: "|")
        let words = OutputTree.object([
            (name: "type", value: .text("string")), (name: "pattern", value: .text("^(\(names))(:|$)|\\$\\{")),
        ])
        let mappings = all.map { use -> OutputTree in
            let own = use.description.keys
            let general = ComponentDescription.generalKeys.filter { key in !own.contains { $0.name == key.name } }
            return described(
                object(
                    [("type", .object([(name: "const", value: .text(use.description.name))]))]
                        + (own + general).map { ($0.name, schema(of: $0)) },
                    required: ["type"] + own.filter(\.isRequired).map(\.name), isOpen: use.passesOn),
                use.description.summary)
        }
        return .object([(name: "anyOf", value: .list([words] + mappings))])
    }

    private func object(
        _ properties: [(String, OutputTree)], required: [String], isOpen: Bool = false
    ) -> OutputTree {
        var members: [(name: String, value: OutputTree)] = [(name: "type", value: .text("object"))]
        if !required.isEmpty { members.append((name: "required", value: texts(required))) }
        members.append((name: "additionalProperties", value: .boolean(isOpen)))
        members.append((name: "properties", value: .object(properties.map { (name: $0.0, value: $0.1) })))
        return .object(members)
    }

    private func schema(of key: ConfigurationKey) -> OutputTree {
        var members: [(name: String, value: OutputTree)] = [(name: "description", value: .text(key.help))]
        if let value = key.defaultValue, !key.isSecret { members.append((name: "default", value: .text(value))) }
        if key.isSecret { members.append((name: "writeOnly", value: .boolean(true))) }
        switch key.type {
        case .text: members.append((name: "type", value: texts(["string", "number", "boolean"])))
        default: members.append((name: "anyOf", value: .list(forms(of: key.type) + [DocumentSchema.placeholder])))
        }
        return .object(members)
    }

    /// What a value may look like: numbers and words are the same with quotes around them.
    private func forms(of type: ConfigurationType) -> [OutputTree] {
        func typed(_ name: String, _ others: (name: String, value: OutputTree)...) -> OutputTree {
            .object([(name: "type", value: .text(name))] + others)
        }
        switch type {
        case .text: return [typed("string")]
        case .integer(let range):
            let least = (name: "minimum", value: OutputTree.integer(range.lowerBound))
            let most = (name: "maximum", value: OutputTree.integer(range.upperBound))
            let quoted = typed("string", (name: "pattern", value: .text("^[0-9]+$")))
            return [range.upperBound == .max ? typed("integer", least) : typed("integer", least, most), quoted]
        case .number(let range):
            let least = (name: "minimum", value: OutputTree.number(range.lowerBound))
            let most = (name: "maximum", value: OutputTree.number(range.upperBound))
            let bounded = range.upperBound.isFinite ? typed("number", least, most) : typed("number", least)
            return [bounded, typed("string", (name: "pattern", value: .text("^[0-9.]+$")))]
        case .boolean:
            return [typed("boolean"), .object([(name: "enum", value: texts(["true", "false"]))])]
        case .duration:
            return [typed("string", (name: "pattern", value: .text("^([0-9.]+(ns|us|µs|ms|s|m|h|d))+$")))]
        case .bytes:
            let pattern = "^[0-9.]+([bB]|[kKmMgGtT][iI][bB])?$"
            return [
                typed("integer", (name: "minimum", value: .integer(0))),
                typed("string", (name: "pattern", value: .text(pattern))),
            ]
        case .choice(let words): return [.object([(name: "enum", value: texts(words))])]
        case .list: return [typed("string"), typed("array")]
        }
    }

    private func described(_ schema: OutputTree, _ description: String) -> OutputTree {
        guard case .object(let members) = schema else { return schema }
        return .object([(name: "description", value: .text(description))] + members)
    }

    private func texts(_ words: [String]) -> OutputTree { .list(words.map { .text($0) }) }
}
