import ConnectCatalog

/// Makes a pipeline of the values of a document, and goes on after a mistake to find the others.
struct DocumentReader {
    private let catalog: Catalog
    private var problems: [ConfigurationProblem]
    /// Keys that a misspelt one was meant for: they are not missing as well.
    private var meant: Set<String> = []

    /// Begins with the mistakes that were found before.
    init(catalog: Catalog, problems: [ConfigurationProblem]) {
        self.catalog = catalog
        self.problems = problems
    }

    mutating func read(_ value: ConfigurationValue) throws(ConfigurationError) -> PipelineDocument {
        let top = mapping(value, "the document", ["apiVersion", "kind", "metadata", "spec", "tests"])
        // A document that is something else has none of the keys: saying so once is enough.
        guard case .mapping = value.content else { throw ConfigurationError(problems) }
        require("connect/v1", of: "apiVersion", in: top, value)
        require("Pipeline", of: "kind", in: top, value)
        let name = pipelineName(top)
        guard let spec = top["spec"] else {
            noteMissing("spec", value, "It holds source, stages and sink.")
            throw ConfigurationError(problems)
        }
        let names = ["source", "stages", "sink", "deadLetter"] + PipelineDocument.settingKeys.map(\.name)
        let parts = mapping(spec.value, "spec", names)
        let settings = settings(spec.value, parts)
        let source = use("source", parts, spec.value, isStage: false)
        let sink = use("sink", parts, spec.value, isStage: false)
        let stages = stages(parts)
        let deadLetter = parts["deadLetter"].flatMap { use($0.value, "deadLetter", isStage: false) }
        guard problems.isEmpty, let source, let sink, let settings else {
            problems += catalog.problems(
                sources: [source].compactMap { $0 }, stages: stages, sinks: [sink, deadLetter].compactMap { $0 })
            throw ConfigurationError(problems)
        }
        var declaration = PipelineDeclaration(name: name, source: source, stages: stages, sink: sink)
        declaration.deadLetter = deadLetter
        declaration.par = settings.integer("par")
        declaration.limit = settings.integer("limit")
        declaration.memory = settings.bytes("memory")
        declaration.buffer = settings.integer("buffer")
        if settings.isGiven("onError"), let policy = parts["onError"] { declaration.onError = policy.value }
        return PipelineDocument(
            declaration: declaration, state: settings.text("state"),
            checkpointEvery: settings.duration("checkpointEvery"), values: value)
    }

    private mutating func pipelineName(_ top: [String: ConfigurationEntry]) -> String {
        guard let metadata = top["metadata"] else { return "pipeline" }
        // Labels and annotations are for the tools around it.
        let parts = mapping(metadata.value, "metadata", ["name", "labels", "annotations"])
        guard let name = parts["name"] else { return "pipeline" }
        guard case .text(let text) = name.value.content, !text.isEmpty else {
            problems.append(
                ConfigurationProblem(at: name.value.origin, "the name is no text", mend: "Write name: my-pipeline."))
            return "pipeline"
        }
        return text
    }

    private mutating func settings(
        _ spec: ConfigurationValue, _ parts: [String: ConfigurationEntry]
    ) -> Configuration? {
        do throws(ConfigurationError) {
            return try Configuration(
                PipelineDocument.settingKeys.compactMap { parts[$0.name] }, keys: PipelineDocument.settingKeys,
                component: "spec", at: spec.origin)
        } catch {
            problems += error.problems
            return nil
        }
    }

    private mutating func stages(_ parts: [String: ConfigurationEntry]) -> [ComponentUse] {
        guard let entry = parts["stages"] else { return [] }
        guard case .list(let values) = entry.value.content else {
            problems.append(
                ConfigurationProblem(
                    at: entry.value.origin, "stages is no list", mend: "Begin each stage with a dash: - lines."))
            return []
        }
        return values.compactMap { use($0, "a stage", isStage: true) }
    }

    private mutating func use(
        _ name: String, _ parts: [String: ConfigurationEntry], _ spec: ConfigurationValue, isStage: Bool
    ) -> ComponentUse? {
        guard let entry = parts[name] else {
            noteMissing(name, spec, "Name a component: \(name): file:access.log.")
            return nil
        }
        return use(entry.value, name, isStage: isStage)
    }

    /// A component, as a text like in a one-liner or as a mapping with a type.
    private mutating func use(_ value: ConfigurationValue, _ what: String, isStage: Bool) -> ComponentUse? {
        switch value.content {
        case .text(let text):
            // In a document the name alone is clear: a colon at the end of a line would have to be quoted.
            if !isStage, catalog.sources[text] != nil || catalog.sinks[text] != nil || catalog.stages[text] != nil {
                return ComponentUse(name: text, at: value.origin)
            }
            do throws(ConfigurationError) {
                let use =
                    isStage
                    ? try ComponentUse(stage: text, at: value.origin) : try ComponentUse(uri: text, at: value.origin)
                return value.isSecret ? use.secret : use
            } catch {
                problems += error.problems
                return nil
            }
        case .mapping(let entries):
            guard let type = entries.first(where: { $0.key == "type" }), case .text(let name) = type.value.content
            else {
                problems.append(
                    ConfigurationProblem(
                        at: value.origin, "\(what) does not say what it is",
                        mend: isStage && entries.count == 1
                            ? "Write it without the blank behind the colon, or give it a type: type: "
                                + "\(entries[0].key)." : "Give it a type: type: \(isStage ? "grep" : "file")."))
                return nil
            }
            return ComponentUse(name: name, entries: entries.filter { $0.key != "type" }, at: value.origin)
        case .list:
            problems.append(
                ConfigurationProblem(
                    at: value.origin, "\(what) is a list", mend: "Name one component, as a text or a mapping."))
            return nil
        }
    }

    private mutating func mapping(
        _ value: ConfigurationValue, _ what: String, _ known: [String]
    ) -> [String: ConfigurationEntry] {
        guard case .mapping(let entries) = value.content else {
            problems.append(
                ConfigurationProblem(
                    at: value.origin, "\(what) is no mapping", mend: "Write key: value, one to a line."))
            return [:]
        }
        var result: [String: ConfigurationEntry] = [:]
        for entry in entries {
            if known.contains(entry.key) {
                result[entry.key] = entry
            } else {
                if let name = NearestName.find(entry.key, in: known) { meant.insert(name) }
                problems.append(ConfigurationProblem(unknownKey: entry, of: what, among: known))
            }
        }
        return result
    }

    private mutating func require(
        _ wanted: String, of key: String, in top: [String: ConfigurationEntry], _ document: ConfigurationValue
    ) {
        guard let entry = top[key] else {
            noteMissing(key, document, "Write \(key): \(wanted).")
            return
        }
        if case .text(wanted) = entry.value.content { return }
        problems.append(
            ConfigurationProblem(
                at: entry.value.origin, "the \(key) is not one that is known here", mend: "Write \(key): \(wanted)."))
    }

    private mutating func noteMissing(_ key: String, _ value: ConfigurationValue, _ mend: String) {
        if meant.contains(key) { return }
        problems.append(ConfigurationProblem(at: value.origin, "the key \"\(key)\" is missing", mend: mend))
    }
}

extension ComponentUse {
    /// The same with values that are never to be shown.
    fileprivate var secret: ComponentUse {
        func hidden(_ value: ConfigurationValue) -> ConfigurationValue {
            var value = value
            value.isSecret = true
            return value
        }
        return ComponentUse(
            name: name, unnamed: unnamed.map(hidden),
            entries: entries.map { ConfigurationEntry(key: $0.key, value: hidden($0.value), at: $0.origin) }, at: origin
        )
    }
}
