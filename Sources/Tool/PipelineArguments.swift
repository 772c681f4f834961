import ArgumentParser
import Connect
import ConnectCatalog
import ConnectDocuments
import ConnectFiles

/// A pipeline on the command line: in words, or documents, or both.
struct PipelineArguments: ParsableArguments {
    @Argument(help: "Documents; what a later one says wins. - reads one from standard input.")
    var documents: [String] = []

    @Option(help: "The source, as NAME:PATH?key=value&key=value.")
    var from: String?

    @Option(
        name: .customLong("through"), parsing: .singleValue,
        help: "A stage, as NAME, NAME:value or NAME:key=value,key=value. May be repeated.")
    var through: [String] = []

    @Option(help: "The sink, as NAME:PATH?key=value&key=value.")
    var to: String?

    @Option(help: "The pipeline's name: in logs, metrics and checkpoints.")
    var name: String?

    @Option(help: "How many workers run each stage that can have several and does not say it itself.")
    var par: Int?

    @Option(help: "How many elements reach the sink; then everything stops.")
    var limit: Int?

    @Option(help: "How many bytes the whole pipeline may have under way, such as 64MiB.")
    var memory: String?

    @Option(help: "The directory that checkpoints are kept in; without it a restart begins anew.")
    var state: String?

    @Option(help: "How often checkpoints are made, such as 1s.")
    var checkpointEvery: String?

    @Option(help: "What happens where a stage fails at an element: fail, skip, dead-letter or retry:TIMES:PAUSE.")
    var onError: String?

    @Option(help: "The sink for elements at which a stage fails, with onError=dead-letter: file:failed.jsonl.")
    var deadLetter: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: "Sets a value of the document: spec.sink.path=out.log. May be repeated.")
    var settings: [String] = []
}

/// What is to be run, and how.
struct PipelineRequest {
    var declaration: PipelineDeclaration
    var state: String?
    var checkpointEvery: Duration?
    /// What the documents say, with the places; nil where there is none.
    var values: ConfigurationValue?

    /// Puts documents and options together: what an option says wins.
    init(_ arguments: PipelineArguments) throws {
        if arguments.documents.isEmpty {
            declaration = try PipelineRequest.oneLiner(arguments)
        } else {
            let document = try PipelineRequest.document(arguments)
            declaration = document.declaration
            state = document.state
            checkpointEvery = document.checkpointEvery
            values = document.values
        }
        try apply(arguments)
    }

    /// The pipeline, built of the catalog's components.
    func pipeline() throws -> Pipeline {
        try declaration.pipeline(from: ToolCatalog.current)
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

    private static func oneLiner(_ arguments: PipelineArguments) throws -> PipelineDeclaration {
        guard let from = arguments.from, let to = arguments.to else {
            throw ValidationError("A pipeline needs --from and --to, or a document.")
        }
        var problems: [ConfigurationProblem] = []
        func read(_ text: String, _ option: String, isStage: Bool) -> ComponentUse? {
            let origin = ConfigurationOrigin.commandLine("\(option) \(text)")
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

    private mutating func apply(_ arguments: PipelineArguments) throws {
        var entries: [ConfigurationEntry] = []
        func note(_ key: String, _ option: String, _ text: String?) {
            guard let text else { return }
            let origin = ConfigurationOrigin.commandLine("\(option) \(text)")
            entries.append(ConfigurationEntry(key: key, text: text, at: origin))
        }
        note("par", "--par", arguments.par.map { "\($0)" })
        note("limit", "--limit", arguments.limit.map { "\($0)" })
        note("memory", "--memory", arguments.memory)
        note("checkpointEvery", "--checkpoint-every", arguments.checkpointEvery)
        let keys = [
            ConfigurationKey("par", .integer(1...4096), ""), ConfigurationKey("limit", .integer(1...Int.max), ""),
            ConfigurationKey("memory", .bytes, ""), ConfigurationKey("checkpointEvery", .duration, ""),
        ]
        let options = try Configuration(entries, keys: keys, component: "connectctl", at: .commandLine("connectctl"))
        if let name = arguments.name { declaration.name = name }
        if let par = options.integer("par") { declaration.par = par }
        if let limit = options.integer("limit") { declaration.limit = limit }
        if let memory = options.bytes("memory") { declaration.memory = memory }
        if let every = options.duration("checkpointEvery") { checkpointEvery = every }
        if let directory = arguments.state { state = directory }
        if let policy = arguments.onError {
            declaration.onError = ConfigurationValue(policy, at: .commandLine("--on-error \(policy)"))
        }
        if let sink = arguments.deadLetter {
            declaration.deadLetter = try ComponentUse(uri: sink, at: .commandLine("--dead-letter \(sink)"))
        }
    }
}
