public import Connect

/// What all components have in common: what they are called, what they do and what they can be told.
public struct ComponentDescription: Sendable, Hashable {
    /// The name: lower case words with hyphens between them; of sources and sinks also the scheme of their URI.
    public let name: String
    /// What it does, in a sentence.
    public let summary: String
    /// What else is to be known of it, in full sentences; maybe empty.
    public let details: String
    /// What it can be told, beside what every stage can be told.
    public let keys: [ConfigurationKey]
    /// The key that the unnamed part goes to: what stands behind the colon of a URI, or alone behind that of a stage.
    public let unnamedKey: String?
    /// One-liners that show it, each complete.
    public let examples: [String]

    /// Describes a component.
    ///
    /// - Parameters:
    ///   - name: lower case words with hyphens between them
    ///   - summary: what it does, in a sentence
    ///   - details: what else is to be known of it
    ///   - keys: what it can be told
    ///   - unnamedKey: the key that the unnamed part goes to
    ///   - examples: one-liners that show it
    public init(
        _ name: String, _ summary: String, details: String = "", keys: [ConfigurationKey] = [],
        unnamedKey: String? = nil, examples: [String] = []
    ) {
        self.name = name
        self.summary = summary
        self.details = details
        self.keys = keys
        self.unnamedKey = unnamedKey
        self.examples = examples
    }
}

/// A source that can be named in a one-liner or a document.
public struct SourceComponent: Sendable {
    /// What it is called, does and can be told.
    public let description: ComponentDescription
    /// What it promises, in a word or two.
    public let guarantee: String
    package let passesOn: @Sendable (String) -> Bool
    package let begin: @Sendable (Configuration, Pipeline) throws -> Chain

    /// A source.
    ///
    /// - Parameters:
    ///   - description: what it is called, does and can be told
    ///   - guarantee: what it promises, such as `at-least-once`
    ///   - passesOn: whether a key that is not described is the client library's
    ///   - begin: begins a chain with it; throws ``ConfigurationError`` where what it was told cannot be done
    public init(
        _ description: ComponentDescription, guarantee: String,
        passesOn: @escaping @Sendable (String) -> Bool = { _ in false },
        begin: @escaping @Sendable (Configuration, Pipeline) throws -> Chain
    ) {
        self.description = description
        self.guarantee = guarantee
        self.passesOn = passesOn
        self.begin = begin
    }
}

/// A stage that can be named in a one-liner or a document: a transform, a coder, a fold or a splitter.
public struct StageComponent: Sendable {
    /// What it is called, does and can be told.
    public let description: ComponentDescription
    /// Whether several workers may run it.
    public let isParallel: Bool
    let append: @Sendable (Configuration, Chain) throws -> Chain

    /// A stage.
    ///
    /// - Parameters:
    ///   - description: what it is called, does and can be told
    ///   - isParallel: whether several workers may run it
    ///   - append: puts it behind a chain; throws ``ConfigurationError`` where what it was told cannot be done
    public init(
        _ description: ComponentDescription, isParallel: Bool = true,
        append: @escaping @Sendable (Configuration, Chain) throws -> Chain
    ) {
        self.description = description
        self.isParallel = isParallel
        self.append = append
    }
}

/// A sink that can be named in a one-liner or a document.
public struct SinkComponent: Sendable {
    /// What it is called, does and can be told.
    public let description: ComponentDescription
    /// What it promises, in a word or two.
    public let guarantee: String
    package let passesOn: @Sendable (String) -> Bool
    package let end: @Sendable (Configuration, Chain) throws -> Pipeline
    /// Makes it the place of dead letters; nil where it cannot be that.
    package let deadLetters: (@Sendable (Configuration) throws -> ErrorPolicy)?

    /// A sink.
    ///
    /// - Parameters:
    ///   - description: what it is called, does and can be told
    ///   - guarantee: what it promises, such as `at-least-once`
    ///   - passesOn: whether a key that is not described is the client library's
    ///   - deadLetters: makes it the place where dead letters go, where it can be that
    ///   - end: ends a chain in it; throws ``ConfigurationError`` where what it was told cannot be done
    public init(
        _ description: ComponentDescription, guarantee: String,
        passesOn: @escaping @Sendable (String) -> Bool = { _ in false },
        deadLetters: (@Sendable (Configuration) throws -> ErrorPolicy)? = nil,
        end: @escaping @Sendable (Configuration, Chain) throws -> Pipeline
    ) {
        self.description = description
        self.guarantee = guarantee
        self.passesOn = passesOn
        self.deadLetters = deadLetters
        self.end = end
    }
}

extension ComponentDescription {
    /// What every component can be told beside its own keys: name, workers, bounds, triggers, errors.
    package static var generalKeys: [ConfigurationKey] { StageModifiers.keys }
}
