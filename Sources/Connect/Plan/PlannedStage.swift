/// One stage of a plan: a declared one, or one that a phase has put in.
struct PlannedStage: Sendable {
    /// Counts the stages of the listing from 1.
    var number: Int
    /// The number in the declaration, by which people know the stage; nil for stages that a phase has put in.
    var declaredNumber: Int?
    /// The given name, or one made of the kind and the number in the declaration.
    var name: String
    /// What the stage is, as the listings show it.
    var kind: String
    /// What it reads or writes, for sources and sinks.
    var detail = ""
    var operation: StageOperation
    var settings: StageSettings
    var input: ElementType?
    var output: ElementType?
    var location: SourceLocation
    /// Why a phase put the stage in; nil for declared ones.
    var injectedBecause: String?
    /// What a phase has set on the stage, and why.
    var notes: [String] = []

    /// How many workers the stage runs on.
    var par: Int { max(1, settings.par ?? 1) }

    /// Whether workers may overtake each other in the stage.
    var losesOrder: Bool { par > 1 && !settings.order.isTotal }
}

extension PlannedStage {
    /// What a stage is, as far as rules and listings care.
    enum Role: String, Sendable {
        case source
        case splitter
        case elementwise
        case coder
        case conversion
        case fold
        case asynchronous
        case network
        case sink
    }

    var role: Role {
        switch operation {
        case .source: .source
        case .splitter: .splitter
        case .elementwise: .elementwise
        case .coder: .coder
        case .conversion: .conversion
        case .fold: .fold
        case .asynchronous: .asynchronous
        case .network: .network
        case .sink: .sink
        }
    }

    /// What the stage is called in sentences.
    var noun: String {
        switch role {
        case .source: "a source"
        case .splitter: "a splitter"
        case .elementwise: "a stage of its own for each element"
        case .coder, .conversion: "a conversion"
        case .fold: "a fold"
        case .asynchronous: "an asynchronous stage"
        case .network: "a network stage"
        case .sink: "a sink"
        }
    }

    var source: SourceDescriptor? {
        if case .source(let descriptor, _) = operation { return descriptor }
        return nil
    }

    var sink: SinkDescriptor? {
        if case .sink(let descriptor, _) = operation { return descriptor }
        return nil
    }

    /// Whether the stage brings together what other instances give.
    var isMerge: Bool {
        if case .network(let network) = operation { return network.isMerge }
        return false
    }

    /// Whether the stage gives elements the order back that they had where they were split.
    var restoresOrder: Bool {
        if case .network(let network) = operation { return network.kind == .orderedMerge }
        return false
    }

    /// Whether the stage deals elements out by a key.
    var isKeyedSplit: Bool {
        if case .network(let network) = operation { return network.kind == .keyedSplit }
        return false
    }

    /// Whether a phase has put the stage in.
    var isInjected: Bool { declaredNumber == nil && injectedBecause != nil }

    /// Whether the stage belongs to the root, where elements get their positions.
    var isOfRoot: Bool { role == .source || role == .splitter }

    /// Whether the stage is a fold whose state is stored with the checkpoint.
    var isDurable: Bool {
        if case .fold(_, let isDurable, _) = operation { return isDurable }
        return false
    }
}
