public import ConnectCatalog
import Connect

extension Catalog {
    /// Adds the stages that work on JSON, `json` and `json-filter`, and the coders of documents for stages of one's own.
    public mutating func registerJSON() {
        register(CoderRegistry.json)
        register(StageComponent.json)
        register(StageComponent.jsonFilter)
    }
}

private let limitKeys = [
    ConfigurationKey("maxBytes", .bytes, "The most bytes of a document, up to 256 MiB.", default: "64MiB"),
    ConfigurationKey(
        "maxDepth", .integer(0...1_000_000), "How many arrays and objects may stand in each other.", default: "1024"),
]

private let paths =
    "A path is names with dots between them, places of array elements in brackets, and in brackets also names in double "
    + "quotes: user.name, lines[0].sku, [\"any name\"]. "

extension StageComponent {
    static let json = StageComponent(
        ComponentDescription(
            "json", "Checks JSON documents (RFC 8259) and changes them; what is not named stays as it is written.",
            details: paths
                + "Whatever is given is done in the order of the keys here, each to what the one before it has made; two "
                + "stages do it in another order. Each document comes out on one line. Messages that have not the part "
                + "named by on stay as they are.",
            keys: [
                ConfigurationKey("keep", .list, "Paths of what is kept; all else is left out."),
                ConfigurationKey("drop", .list, "Paths of what is left out."),
                ConfigurationKey("rename", .list, "PATH=NAME: members that get another name in their object."),
                ConfigurationKey(
                    "set", .list,
                    "PATH=VALUE: values that are put there, with the objects on the way; a value that is not JSON is a string."
                ),
                ConfigurationKey(
                    "flatten", .text,
                    "Puts members of inner objects into the document, their names joined by this text."),
                ConfigurationKey("get", .text, "The path of a value that becomes the document."),
                ConfigurationKey(
                    "missing", .choice(["fail", "null"]), "What get gives where there is nothing: an error, or null.",
                    default: "fail"),
            ] + limitKeys + [Field.configurationKey], unnamedKey: "get",
            examples: [
                "connectctl run --from file:a.ndjson --through lines --through 'json:drop=debug,set=source=web' --to stdout:",
                "connectctl run --from file:a.ndjson --through lines --through json:user.name --to stdout:",
            ])
    ) { configuration, chain in
        var edits: [JSONEdit] = []
        let kept = configuration.list("keep")
        if !kept.isEmpty { edits.append(.keep(kept)) }
        edits.append(.drop(configuration.list("drop")))
        for entry in configuration.list("rename") {
            let (path, name) = try configuration.pair("rename", entry, "the path, an = and the new name")
            edits.append(.rename(path, to: name))
        }
        for entry in configuration.list("set") {
            let (path, value) = try configuration.pair("set", entry, "the path, an = and the value")
            edits.append(.set(path, json: "\(JSONDocument(worded: value))"))
        }
        if let separator = configuration.text("flatten") { edits.append(.flatten(separator: separator)) }
        if let path = configuration.text("get") {
            edits.append(.get(path, orNull: configuration.text("missing") == "null"))
        }
        let limits = try JSONLimits(checking: configuration)
        do throws(CoderError) {
            _ = try JSONEditor(edits, limits: limits, coder: "json")
        } catch {
            throw configuration.problem(configuration.firstGiven, error.message, mend: "See connectctl list json.")
        }
        return chain.mapBytes(on: try Field(configuration)) { [edits] in
            let editor = try JSONEditor(edits, limits: limits, coder: "json")
            return { span, output in try span.withUnsafeBytes { try editor.edit($0, &output) } }
        }
    }

    static let jsonFilter = StageComponent(
        ComponentDescription(
            "json-filter", "Lets those JSON documents pass for which conditions hold.",
            details: paths
                + "A condition with = alone needs the key: where=role=admin. Numbers are compared exactly, and values of different kinds are never equal, less or greater. Of "
                + "messages those that have not the part named by on never pass.",
            keys: [
                ConfigurationKey(
                    "where", .list,
                    "Conditions that must all hold: PATH (it is there), !PATH (it is not), or PATH, one of = != < <= > >= "
                        + "and a value; one that is not JSON is a string.", isRequired: true)
            ] + limitKeys + [Field.configurationKey], unnamedKey: "where",
            examples: [
                "connectctl run --from file:a.ndjson --through lines --through 'json-filter:status>=500' --to stdout:",
                "connectctl run --from file:a.ndjson --through lines "
                    + "--through 'json-filter:where=user.role=admin\\,!deleted' --to stdout:",
            ])
    ) { configuration, chain in
        var conditions: [JSONCondition] = []
        for text in configuration.list("where") {
            do throws(CoderError) {
                conditions.append(try JSONCondition(text))
            } catch {
                throw configuration.problem("where", error.message, mend: "See connectctl list json-filter.")
            }
        }
        let limits = try JSONLimits(checking: configuration)
        return chain.filterBytes(on: try Field(configuration)) { [conditions] in
            let parser = try JSONParser(limits, coder: "json-filter")
            return { span in
                try span.withUnsafeBytes { text in
                    try parser.parse(text) { tape, _ in conditions.allSatisfy { $0.holds(tape) } }
                }
            }
        }
    }
}

extension JSONLimits {
    fileprivate init(_ configuration: Configuration) {
        self.init(
            bytes: configuration.bytes("maxBytes") ?? 64 << 20, depth: configuration.integer("maxDepth") ?? 1024)
    }

    fileprivate init(checking configuration: Configuration) throws(ConfigurationError) {
        self.init(configuration)
        guard (1...JSONLimits.mostBytes).contains(bytes) else {
            throw configuration.problem(
                "maxBytes", "\(bytes) bytes are no limit", mend: "Write 1 to \(JSONLimits.mostBytes).")
        }
    }
}

extension Configuration {
    /// A path and what stands behind its equals sign.
    fileprivate func pair(
        _ key: String, _ entry: String, _ expected: String
    ) throws(ConfigurationError) -> (String, String) {
        var isQuoted = false
        for index in entry.indices {
            if entry[index] == "\"" { isQuoted.toggle() }
            if entry[index] == "=", !isQuoted {
                return (String(entry[..<index]), String(entry[entry.index(after: index)...]))
            }
        }
        throw problem(key, "\"\(entry)\" has no =", mend: "Write \(expected).")
    }

    /// The first key of an edit that was given, for the place of a mistake.
    fileprivate var firstGiven: String {
        ["keep", "drop", "rename", "set", "flatten", "get", "maxBytes"].first { isGiven($0) } ?? "get"
    }
}
