public import Connect

/// A chain whose element type is known only when it is built: the form in which a catalog's components pass chains on.
///
/// It is a `Def` underneath, so that the plan, its coders and its findings are those of a chain in Swift.
public struct Chain: Sendable {
    private let holder: any ChainHolder
    /// Whether its streams may be gzip files, which are unpacked where lines or records are asked for.
    public var mayHoldGzip = false
    /// What the last stage does again before its error policy counts; nil where it does nothing.
    private var retry: Retry?

    /// How often and after what pause a stage tries again.
    struct Retry: Sendable {
        let count: Int
        let backoff: Duration
    }

    /// Takes a chain as it is.
    public init<Element: Sendable>(_ definition: Def<Element>) {
        holder = Holder(definition: definition)
    }

    private init(_ holder: any ChainHolder, mayHoldGzip: Bool) {
        self.holder = holder
        self.mayHoldGzip = mayHoldGzip
    }

    /// The name of the type of its elements.
    public var elementName: String { holder.elementName }

    /// The chain with elements of a type; where its own are of another, the plan finds coders.
    ///
    /// - Parameter type: what the next stage takes
    /// - Returns: an ordinary chain
    public func of<Element: Sendable>(_ type: Element.Type) -> Def<Element> {
        holder.of(type)
    }

    /// Whether the elements are of a type as they are.
    public func gives<Element: Sendable>(_ type: Element.Type) -> Bool { holder.isOf(type) }

    /// Counts the elements; the number is given at the end, 0 where nothing came, by the stage's trigger, and where the
    /// source never ends each second.
    ///
    /// - Returns: a chain of whole numbers, for which the catalog must have a coder where bytes are wanted
    public func counted() -> Chain { holder.counted() }

    /// Spaces the elements evenly in time.
    ///
    /// - Parameters:
    ///   - configuration: what the stage was told
    ///   - key: the key with the rate, such as `1000/1s`
    /// - Returns: a chain of the same elements
    /// - Throws: ``ConfigurationError`` where that is no rate
    public func throttled(_ configuration: Configuration, key: String) throws(ConfigurationError) -> Chain {
        guard let rate = try Throttle(configuration, key: key) else { return self }
        return Chain(holder.throttled(rate), mayHoldGzip: mayHoldGzip)
    }

    /// Has the last stage try again where it fails at an element, before whatever policy it is given counts; a policy
    /// that tries again itself takes the place of this.
    ///
    /// - Parameters:
    ///   - count: how often, at least 1
    ///   - backoff: how long to wait before the first repetition; doubled for each further one
    /// - Returns: the chain with its last stage modified
    public func retrying(_ count: Int, backoff: Duration) -> Chain {
        var chain = self
        chain.retry = Retry(count: count, backoff: backoff)
        return chain
    }

    /// Notes where the stages that follow are declared, so that findings of the plan name the place.
    func declared(at origin: ConfigurationOrigin) -> Chain {
        Chain(holder.declared(at: origin), mayHoldGzip: mayHoldGzip)
    }

    /// Modifies the last stage, as the modifiers of `Def` do.
    func modified(by modifiers: StageModifiers) -> Chain {
        Chain(holder.modified(by: modifiers, retry), mayHoldGzip: mayHoldGzip)
    }
}

/// Any chain; the protocol stands in for its element type.
private protocol ChainHolder: Sendable {
    var elementName: String { get }
    func of<Element: Sendable>(_ type: Element.Type) -> Def<Element>
    func isOf<Element: Sendable>(_ type: Element.Type) -> Bool
    func counted() -> Chain
    func throttled(_ rate: Throttle) -> any ChainHolder
    func declared(at origin: ConfigurationOrigin) -> any ChainHolder
    func modified(by modifiers: StageModifiers, _ retry: Chain.Retry?) -> any ChainHolder
}

private struct Holder<Out: Sendable>: ChainHolder {
    let definition: Def<Out>

    var elementName: String { "\(Out.self)" }

    func of<Element: Sendable>(_ type: Element.Type) -> Def<Element> {
        // The same type is passed on as it is, without a stage.
        if let same = definition as? Def<Element> { return same }
        return definition.as(type)
    }

    func isOf<Element: Sendable>(_ type: Element.Type) -> Bool { Element.self == Out.self }

    func counted() -> Chain {
        // The fold comes last: a trigger that the stage is told is the fold's.
        let counted = definition.countOrZero().trigger(each: .max)
        return Chain(definition.isBounded ? counted : counted.trigger(every: .seconds(1)))
    }

    func throttled(_ rate: Throttle) -> any ChainHolder {
        // A stage of its own, so that it has a name and a place in the plan.
        Holder(definition: definition.map { $0 }.throttle(rate.count, per: rate.period))
    }

    func declared(at origin: ConfigurationOrigin) -> any ChainHolder {
        Holder(definition: definition.declared(at: SourceLocation(origin)))
    }

    func modified(by modifiers: StageModifiers, _ retry: Chain.Retry?) -> any ChainHolder {
        Holder(definition: modifiers.apply(to: definition, retry))
    }
}

extension SourceLocation {
    init(_ origin: ConfigurationOrigin) {
        if case .file(let path, let line, _) = origin {
            self.init(fileID: path, line: UInt(line))
        } else {
            self.init(place: "\(origin)")
        }
    }
}

extension Pipeline {
    func declared(at origin: ConfigurationOrigin) -> Pipeline {
        declared(at: SourceLocation(origin))
    }
}
