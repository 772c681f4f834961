public import Connect

/// A pipeline as somebody has described it in words: what a one-liner and a document are turned into.
public struct PipelineDeclaration: Sendable {
    /// The pipeline's name.
    public var name: String
    /// Where elements come from.
    public var source: ComponentUse
    /// What is done to them, in order.
    public var stages: [ComponentUse]
    /// Where they go.
    public var sink: ComponentUse
    /// Where elements go at which a stage with `onError=dead-letter` fails; a sink of bytes.
    public var deadLetter: ComponentUse?
    /// How many workers run each stage that may have several and does not say it itself.
    public var par: Int?
    /// How many elements reach the sink before everything stops.
    public var limit: Int?
    /// How many bytes the whole pipeline may have under way.
    public var memory: Int?
    /// How many elements may wait before the sink.
    public var buffer: Int?
    /// What happens at an error of a stage that does not say it itself, as the key `onError` says it.
    public var onError: ConfigurationValue?

    /// A pipeline from a source through stages to a sink.
    public init(name: String, source: ComponentUse, stages: [ComponentUse] = [], sink: ComponentUse) {
        self.name = name
        self.source = source
        self.stages = stages
        self.sink = sink
    }

    /// Builds the pipeline from a catalog's components. Opens nothing.
    ///
    /// - Parameter catalog: the components that may be named
    /// - Returns: an ordinary pipeline, to be planned and run
    /// - Throws: ``ConfigurationError`` with all mistakes of all components
    public func pipeline(from catalog: Catalog) throws(ConfigurationError) -> Pipeline {
        var builder = PipelineBuilder(catalog: catalog, declaration: self)
        return try builder.build()
    }
}

extension Catalog {
    /// Looks for mistakes in single components, where there are others that keep a pipeline from being built.
    ///
    /// - Parameters:
    ///   - sources: components that are used as sources
    ///   - stages: components that are used as stages
    ///   - sinks: components that are used as sinks
    /// - Returns: the mistakes in their names and in what they are told
    public func problems(
        sources: [ComponentUse], stages: [ComponentUse], sinks: [ComponentUse]
    ) -> [ConfigurationProblem] {
        let nothing = ComponentUse(name: "", at: .standard)
        var builder = PipelineBuilder(
            catalog: self, declaration: PipelineDeclaration(name: "", source: nothing, sink: nothing))
        for use in sources {
            builder.declaration.source = use
            _ = builder.beginning(nil)
        }
        for use in stages { _ = builder.appending(use, to: nil, nil) }
        for use in sinks {
            builder.declaration.sink = use
            _ = builder.ending(nil, nil)
        }
        return builder.problems
    }
}

/// Builds one pipeline, and goes on after a mistake to find the others.
private struct PipelineBuilder {
    let catalog: Catalog
    var declaration: PipelineDeclaration
    var problems: [ConfigurationProblem] = []
    /// How often each stage was used so far: the second `grep` is called `grep-2`.
    private var uses: [String: Int] = [:]

    init(catalog: Catalog, declaration: PipelineDeclaration) {
        self.catalog = catalog
        self.declaration = declaration
    }

    mutating func build() throws(ConfigurationError) -> Pipeline {
        let letters = deadLetters()
        var chain = beginning(letters)
        for use in declaration.stages {
            chain = appending(use, to: chain, letters)
        }
        let ended = ending(chain, letters)
        guard problems.isEmpty, var pipeline = ended else { throw ConfigurationError(problems) }
        if let limit = declaration.limit { pipeline = pipeline.limit(limit) }
        if let buffer = declaration.buffer { pipeline = pipeline.buffer(buffer) }
        if let memory = declaration.memory { pipeline = pipeline.memory(ByteCount(bytes: memory)) }
        return pipeline
    }

    mutating func beginning(_ letters: StageModifiers.DeadLetterTarget?) -> Chain? {
        let use = declaration.source
        guard let component = catalog.sources[use.name] else {
            note(unknown: use, among: Array(catalog.sources.keys), what: "sources", isAlso: otherKind(of: use.name))
            return nil
        }
        return collecting { builder throws(ConfigurationError) in
            let (configuration, modifiers) = try builder.read(use, component.description, component.passesOn, letters)
            let pipeline = Pipeline(builder.declaration.name).coders(builder.catalog.coders).declared(at: use.origin)
            return try rethrowing(use) { try component.begin(configuration, pipeline) }.modified(by: modifiers)
        }
    }

    mutating func appending(
        _ use: ComponentUse, to chain: Chain?, _ letters: StageModifiers.DeadLetterTarget?
    ) -> Chain? {
        guard let component = catalog.stages[use.name] else {
            note(unknown: use, among: Array(catalog.stages.keys), what: "stages", isAlso: otherKind(of: use.name))
            return nil
        }
        let name = nextName(of: use)
        return collecting { builder throws(ConfigurationError) in
            var use = use
            if let name { use.entries.append(ConfigurationEntry(key: "name", text: name, at: .standard)) }
            if let par = builder.declaration.par, component.isParallel,
                !use.entries.contains(where: { $0.key == "par" })
            {
                use.entries.append(ConfigurationEntry(key: "par", text: "\(par)", at: .commandLine("--par")))
            }
            if let policy = builder.declaration.onError, component.isParallel,
                !use.entries.contains(where: { $0.key == "onError" })
            {
                use.entries.append(ConfigurationEntry(key: "onError", value: policy, at: policy.origin))
            }
            let (configuration, modifiers) = try builder.read(use, component.description, { _ in false }, letters)
            if !component.isParallel, modifiers.workers > 1 {
                let origin = use.entries.last { $0.key == "par" }?.value.origin ?? use.origin
                throw ConfigurationError(
                    ConfigurationProblem(
                        at: origin, "\(use.name) must see all elements in order, so it has one worker",
                        mend: "Take par away here."))
            }
            // What stands before has failed: its own mistakes are known now, what it would give is not.
            guard let chain else { return nil }
            return try rethrowing(use) { try component.append(configuration, chain.declared(at: use.origin)) }
                .modified(by: modifiers)
        }
    }

    mutating func ending(_ chain: Chain?, _ letters: StageModifiers.DeadLetterTarget?) -> Pipeline? {
        let use = declaration.sink
        guard let component = catalog.sinks[use.name] else {
            note(unknown: use, among: Array(catalog.sinks.keys), what: "sinks", isAlso: otherKind(of: use.name))
            return nil
        }
        return collecting { builder throws(ConfigurationError) in
            let (configuration, modifiers) = try builder.read(use, component.description, component.passesOn, letters)
            guard let chain else { return nil }
            return modifiers.apply(
                to: try rethrowing(use) { try component.end(configuration, chain.declared(at: use.origin)) })
        }
    }

    /// The component's own name, with a number from the second one on; nil where the stage was given one.
    private mutating func nextName(of use: ComponentUse) -> String? {
        if use.entries.contains(where: { $0.key == "name" }) { return nil }
        let count = uses[use.name, default: 0] + 1
        uses[use.name] = count
        return count == 1 ? use.name : "\(use.name)-\(count)"
    }

    private mutating func deadLetters() -> StageModifiers.DeadLetterTarget? {
        guard let use = declaration.deadLetter else { return nil }
        guard let component = catalog.sinks[use.name], let policy = component.deadLetters else {
            let able = catalog.sinks.values.filter { $0.deadLetters != nil }.map(\.description.name)
            note(unknown: use, among: able, what: "sinks for dead letters", isAlso: nil)
            return nil
        }
        return collecting { builder throws(ConfigurationError) in
            let (configuration, _) = try builder.read(use, component.description, component.passesOn, nil)
            return StageModifiers.DeadLetterTarget(policy: try rethrowing(use) { try policy(configuration) })
        }
    }

    /// Parts what every stage can be told from what only this one can.
    private func read(
        _ use: ComponentUse, _ description: ComponentDescription, _ passesOn: (String) -> Bool,
        _ letters: StageModifiers.DeadLetterTarget?
    ) throws(ConfigurationError) -> (Configuration, StageModifiers) {
        var entries = catalog.completed(use, description, passesOn).entries
        var problems: [ConfigurationProblem] = []
        if let unnamed = use.unnamed {
            if let key = description.unnamedKey {
                entries.insert(ConfigurationEntry(key: key, value: unnamed, at: unnamed.origin), at: 0)
            } else {
                problems.append(
                    ConfigurationProblem(
                        at: unnamed.origin, "\(description.name) takes no value without a key",
                        mend: NearestName.mend("", in: description.keys.map(\.name), what: "keys")))
            }
        }
        let own = Set(description.keys.map(\.name))
        let isGeneral = { (entry: ConfigurationEntry) in
            StageModifiers.names.contains(entry.key) && !own.contains(entry.key)
        }
        var configuration: Configuration?
        var modifiers: StageModifiers?
        do throws(ConfigurationError) {
            configuration = try Configuration(
                entries.filter { !isGeneral($0) }, keys: description.keys, others: StageModifiers.keys.map(\.name),
                passesOn: passesOn, component: description.name, at: use.origin)
        } catch {
            problems += error.problems
        }
        do throws(ConfigurationError) {
            modifiers = try StageModifiers(
                entries.filter(isGeneral), component: description.name, deadLetters: letters, at: use.origin)
        } catch {
            problems += error.problems
        }
        guard problems.isEmpty, let configuration, let modifiers else { throw ConfigurationError(problems) }
        return (configuration, modifiers)
    }

    private mutating func collecting<Result>(
        _ body: (PipelineBuilder) throws(ConfigurationError) -> Result?
    ) -> Result? {
        do throws(ConfigurationError) {
            return try body(self)
        } catch {
            problems += error.problems
            return nil
        }
    }

    private mutating func note(unknown use: ComponentUse, among known: [String], what: String, isAlso: String?) {
        let mend = isAlso ?? NearestName.mend(use.name, in: known, what: what)
        problems.append(
            ConfigurationProblem(at: use.origin, "there is no \(what.dropLast()) \"\(use.name)\"", mend: mend))
    }

    /// Says so where a name is known, but as something else.
    private func otherKind(of name: String) -> String? {
        if catalog.stages[name] != nil { return "\(name) is a stage: it stands between source and sink." }
        if catalog.sources[name] != nil { return "\(name) is a source: it stands first." }
        if catalog.sinks[name] != nil { return "\(name) is a sink: it stands last." }
        return nil
    }
}

/// What a component throws that is not a configuration error becomes one, at the place where it was named.
private func rethrowing<Result>(
    _ use: ComponentUse, _ body: () throws -> Result
) throws(ConfigurationError) -> Result {
    do {
        return try body()
    } catch let error as ConfigurationError {
        throw error
    } catch {
        throw ConfigurationError(
            ConfigurationProblem(
                at: use.origin, "\(use.name): \(error)", mend: "See its keys: connectctl list \(use.name)."))
    }
}
