/// One declared stage: what stands before it, what it does and how it was modified. Immutable.
///
/// The nodes of a pipeline form a directed acyclic graph: two may share an upstream, and one may have several.
@usableFromInline
final class StageNode: Sendable {
    let operation: StageOperation
    let upstreams: [StageNode]
    let settings: StageSettings
    let location: SourceLocation
    let input: ElementType?
    let output: ElementType?

    @usableFromInline
    init(
        _ operation: StageOperation, upstreams: [StageNode], input: ElementType?, output: ElementType?,
        location: SourceLocation, settings: StageSettings = StageSettings()
    ) {
        self.operation = operation
        self.upstreams = upstreams
        self.input = input
        self.output = output
        self.location = location
        self.settings = settings
    }

    /// Whether all sources that lead here end by themselves.
    var isBounded: Bool {
        if case .source(let descriptor, _) = operation { return descriptor.isBounded }
        return upstreams.allSatisfy(\.isBounded)
    }

    /// The same stage with other settings: another node with the same upstream.
    func with(_ change: (inout StageSettings) -> Void) -> StageNode {
        var changed = settings
        change(&changed)
        return StageNode(
            operation, upstreams: upstreams, input: input, output: output, location: location, settings: changed)
    }
}

/// Makes the inlet of a stage before the inlet of the next one. Both are `Inlet`s whose element types the declaration
/// has fixed; they are cast once, here.
@usableFromInline
typealias InletFactory = @Sendable (StageContext, AnyObject) throws -> AnyObject

/// What a stage does.
@usableFromInline
enum StageOperation: Sendable {
    /// A source; the closure makes a `RootReader` of its output type.
    case source(SourceDescriptor, make: @Sendable () throws -> AnyObject)
    /// A splitter behind a source; the closure wraps the `RootReader` before it.
    case splitter(kind: String, wrap: @Sendable (AnyObject) throws -> AnyObject)
    /// A stage that looks at each element for itself and may run on several workers.
    case elementwise(kind: String, traits: ElementwiseTraits, make: InletFactory)
    /// A coder; like an elementwise stage, shown in capitals.
    case coder(name: String, make: InletFactory)
    /// A stage that sees all elements in order: a fold.
    case fold(kind: String, isDurable: Bool, make: InletFactory)
    /// Calls an asynchronous closure; a segment of its own.
    case asynchronous(kind: String, maxInFlight: Int, make: InletFactory)
    /// A place where the types do not match: the plan puts coders here. It is a stage of its own if `as` has asked for
    /// it, else it belongs to the stage behind it.
    case conversion(isAskedFor: Bool)
    /// A stage that the network module gives its meaning; one process alone cannot run it.
    case network(NetworkStage)
    /// A sink; the closure makes its inlet, with the writer opened.
    case sink(SinkDescriptor, make: SinkFactory)
}

/// Makes the writer of a sink and the inlet that leads to it.
@usableFromInline
typealias SinkFactory = @Sendable (StageContext) throws -> SinkMaterial

/// An opened or unopened sink of one run.
@usableFromInline
struct SinkMaterial {
    /// Opens the sink; gives the positions that it keeps beside its output.
    let open: (SinkContext) throws -> [Position]?
    /// Makes the inlet that leads to the writer.
    let inlet: ((any SinkPositions)?) -> AnyObject
    /// Makes the inlet that leads to the writer of a sink that writes in transactions.
    let transactionalInlet: (any SinkTransactions) -> AnyObject
}

/// What an elementwise stage is like.
@usableFromInline
struct ElementwiseTraits: Sendable {
    /// Whether it may be placed on several workers.
    var isParallelizable = true
    /// Whether the same input always gives the same output.
    var isDeterministic = true
    /// Whether each worker has something of its own that the user's code makes.
    @usableFromInline var hasInstances = false
    /// Whether its policy can leave out single elements.
    var hasElementPolicy = true

    @usableFromInline init() {}
}

/// What modifiers have set on a stage.
@usableFromInline
struct StageSettings: Sendable {
    var name: String?
    var par: Int?
    var order = OrderScope.total
    var limit: Int?
    var buffer: Int?
    var throttle: Throttle?
    var triggers = Triggers()
    var policy: ErrorPolicy?
    /// Which instances run the stage; nil where nothing was said.
    var placement: Placement?
    /// Whether it may make something else of the same elements.
    var isNondeterministic = false

    struct Throttle: Sendable {
        var count: Int
        var period: Duration
    }

    @usableFromInline init() {}
}
