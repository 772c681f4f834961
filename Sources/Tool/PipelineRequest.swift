import ArgumentParser
import Connect
import ConnectCatalog
import ConnectDocuments

/// What is to be run, and how.
struct PipelineRequest {
    var declaration: PipelineDeclaration
    var state: String?
    var checkpointEvery: Duration?
    /// What the documents say, with the places; nil where there is none.
    var values: ConfigurationValue?
    /// What the command line says of the pipeline as a whole.
    private(set) var options: [ConfigurationEntry] = []
    /// What nobody is to see, in whatever is printed.
    private(set) var secrets: Set<String> = []

    /// Puts documents and options together: what an option says wins.
    init(_ arguments: PipelineArguments) throws {
        let words = PipelineRequest.words(arguments)
        secrets = words.values.reduce(into: []) { $0.formUnion($1.secrets) }
        do {
            if arguments.documents.isEmpty {
                declaration = try PipelineRequest.oneLiner(arguments, words)
            } else {
                let document = try PipelineRequest.document(arguments)
                declaration = document.declaration
                state = document.state
                checkpointEvery = document.checkpointEvery
                values = document.values
                secrets.formUnion(document.secrets)
            }
            try apply(arguments, words)
        } catch let error as ConfigurationError {
            throw error.hiding(secrets)
        }
        noteSecrets()
    }

    /// The pipeline, built of the catalog's components.
    func pipeline() throws -> Pipeline {
        do throws(ConfigurationError) {
            return try declaration.pipeline(from: ToolCatalog.current)
        } catch {
            throw error.hiding(secrets)
        }
    }

    /// The pipeline's plan; mistakes of the plan end the tool like those of a document.
    ///
    /// - Parameter peers: what the command line says of instances that share it; nil where it says nothing
    /// - Returns: the plan
    /// - Throws: `ToolStatus` where the plan has mistakes
    func plan(_ peers: PeersWords? = nil) throws -> Plan {
        let pipeline = try pipeline()
        do {
            return try peers?.plan(pipeline) ?? pipeline.plan()
        } catch let error as PlanError {
            throw ToolStatus(code: 78, message: hidden("\(error)"))
        }
    }

    /// A text without what nobody is to see.
    func hidden(_ text: String) -> String {
        secrets.sorted { $0.count > $1.count }.reduce(text) { $0.replacing($1, with: "(secret)") }
    }

    /// Notes what the keys of components hold that are secret.
    private mutating func noteSecrets() {
        let catalog = ToolCatalog.current
        for (use, description) in declaration.uses(completedFrom: catalog) {
            for (key, value) in use.values(description) where description.isSecret(key, value) {
                if case .text(let text) = value.content, !text.isEmpty { secrets.insert(text) }
            }
        }
    }

    /// The components of the command line, by what was written.
    private static func words(_ arguments: PipelineArguments) -> [String: CommandLineWords] {
        let uris: [(String, String?)] = [
            ("--from", arguments.from), ("--to", arguments.to), ("--dead-letter", arguments.deadLetter),
        ]
        var result: [String: CommandLineWords] = [:]
        for case (let option, let text?) in uris {
            result["\(option) \(text)"] = CommandLineWords(
                option, text, separators: ["?", "&"], catalog: ToolCatalog.current)
        }
        for text in arguments.through {
            result["--through \(text)"] = CommandLineWords(
                "--through", text, separators: [","], catalog: ToolCatalog.current)
        }
        return result
    }

    private static func document(_ arguments: PipelineArguments) throws -> PipelineDocument {
        let words = [("--from", arguments.from), ("--to", arguments.to), ("--through", arguments.through.first)]
        for (option, word) in words where word != nil {
            throw ValidationError("\(option) cannot stand beside a document; use --set to change what it says.")
        }
        let sources = try arguments.documents.map { path in
            guard let text = ToolOutput.read(path) else {
                throw ConfigurationError(
                    ConfigurationProblem(
                        at: .commandLine(path), "the document cannot be read",
                        mend: "See whether it is there and who may read it."))
            }
            return PipelineDocument.Source(path: path, text: text)
        }
        return try PipelineDocument.read(
            sources, catalog: ToolCatalog.current, settings: arguments.settings, environment: ToolOutput.environment,
            readFile: ToolOutput.read)
    }

    private static func oneLiner(
        _ arguments: PipelineArguments, _ words: [String: CommandLineWords]
    ) throws -> PipelineDeclaration {
        guard let from = arguments.from, let to = arguments.to else {
            throw ValidationError("A pipeline needs --from and --to, or a document.")
        }
        if !arguments.settings.isEmpty {
            throw ValidationError("--set changes what a document says, and there is none; change the words themselves.")
        }
        var problems: [ConfigurationProblem] = []
        func read(_ text: String, _ option: String, isStage: Bool) -> ComponentUse? {
            let origin = ConfigurationOrigin.commandLine(words["\(option) \(text)"]?.shown ?? option)
            do throws(ConfigurationError) {
                return isStage ? try ComponentUse(stage: text, at: origin) : try ComponentUse(uri: text, at: origin)
            } catch {
                problems += error.problems
                return nil
            }
        }
        let source = read(from, "--from", isStage: false)
        let stages = arguments.through.compactMap { read($0, "--through", isStage: true) }
        let sink = read(to, "--to", isStage: false)
        guard problems.isEmpty, let source, let sink else { throw ConfigurationError(problems) }
        return PipelineDeclaration(name: "connectctl", source: source, stages: stages, sink: sink)
    }

    private mutating func apply(_ arguments: PipelineArguments, _ words: [String: CommandLineWords]) throws {
        func note(_ key: String, _ option: String, _ text: String?) {
            guard let text else { return }
            let origin = ConfigurationOrigin.commandLine("\(option) \(text)")
            options.append(ConfigurationEntry(key: key, text: text, at: origin))
        }
        note("par", "--par", arguments.par.map { "\($0)" })
        note("limit", "--limit", arguments.limit.map { "\($0)" })
        note("memory", "--memory", arguments.memory)
        note("state", "--state", arguments.state)
        note("checkpointEvery", "--checkpoint-every", arguments.checkpointEvery)
        note("onError", "--on-error", arguments.onError)
        let settings = try Configuration(
            options, keys: PipelineDocument.settingKeys, component: "connectctl", at: .commandLine("connectctl"))
        if let name = arguments.name { declaration.name = name }
        if let par = settings.integer("par") { declaration.par = par }
        if let limit = settings.integer("limit") { declaration.limit = limit }
        if let memory = settings.bytes("memory") { declaration.memory = memory }
        if let every = settings.duration("checkpointEvery") { checkpointEvery = every }
        if let directory = settings.text("state") { state = directory }
        if let policy = options.first(where: { $0.key == "onError" }) { declaration.onError = policy.value }
        if let sink = arguments.deadLetter {
            let origin = ConfigurationOrigin.commandLine(words["--dead-letter \(sink)"]?.shown ?? "--dead-letter")
            declaration.deadLetter = try ComponentUse(uri: sink, at: origin)
        }
    }
}

extension PipelineDeclaration {
    /// All components in order, each with what the catalog says where it was told nothing; nil describes those that the
    /// catalog does not have.
    func uses(completedFrom catalog: Catalog) -> [(use: ComponentUse, description: ComponentDescription?)] {
        func pair(
            _ use: ComponentUse, _ description: ComponentDescription?, _ passesOn: ((String) -> Bool)?
        ) -> (use: ComponentUse, description: ComponentDescription?) {
            guard let description else { return (use, nil) }
            return (catalog.completed(use, description, passesOn ?? { _ in false }), description)
        }
        let from = catalog.sources[source.name]
        let sinks = ([sink] + (deadLetter.map { [$0] } ?? [])).map { use in
            let to = catalog.sinks[use.name]
            return pair(use, to?.description, to?.passesOn)
        }
        return [pair(source, from?.description, from?.passesOn)]
            + stages.map { pair($0, catalog.stages[$0.name]?.description, nil) } + sinks
    }
}

extension ComponentUse {
    /// What it is told, with the name of the key that the unnamed part goes to.
    func values(_ description: ComponentDescription?) -> [(key: String, value: ConfigurationValue)] {
        var result = entries.map { (key: $0.key, value: $0.value) }
        if let unnamed { result.insert((key: description?.unnamedKey ?? "", value: unnamed), at: 0) }
        return result
    }
}

extension ComponentDescription? {
    /// Whether the value of a key is not to be shown.
    func isSecret(_ key: String, _ value: ConfigurationValue) -> Bool {
        if value.isSecret { return true }
        if let known = self?.keys.first(where: { $0.name == key }) { return known.isSecret }
        return ConfigurationKey.soundsSecret(key)
    }
}
