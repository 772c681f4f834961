/// The coders among which the plan looks for a path from one type to another.
public struct CoderRegistry: Sendable {
    private(set) var entries: [CoderEntry]

    /// A registry without coders.
    public init() {
        entries = []
    }

    /// The registry with one more coder.
    ///
    /// - Parameters:
    ///   - coder: must be safe to use without being asked for; compression is not
    ///   - cost: how dear a step it is, at least 1; of several paths the plan takes the one with the least sum
    /// - Returns: another registry; this one stays as it is
    @inlinable
    public func adding(_ coder: some Coder, cost: Int = 1) -> CoderRegistry {
        adding(CoderEntry(coder, cost: cost, make: inletFactory(of: coder)))
    }

    @usableFromInline
    func adding(_ entry: CoderEntry) -> CoderRegistry {
        var registry = self
        registry.entries.append(entry)
        return registry
    }

    /// Both registries together.
    public static func + (left: CoderRegistry, right: CoderRegistry) -> CoderRegistry {
        var registry = left
        registry.entries += right.entries
        return registry
    }
}

/// A coder whose types are known only by identity.
@usableFromInline
struct CoderEntry: Sendable {
    let name: String
    let input: ElementType
    let output: ElementType
    /// At least 1, else the plan refuses it.
    let cost: Int
    /// The coder's type, if two of that type cannot differ; so that one registered twice is still one coder.
    let identity: ObjectIdentifier?
    let make: InletFactory
    /// Makes a function that converts one element, for whoever must know which output belongs to which input.
    let makeConvert: @Sendable () throws -> (any Sendable) throws -> any Sendable

    @usableFromInline
    init<C: Coder>(_ coder: C, cost: Int, make: @escaping InletFactory) {
        name = coder.name
        input = ElementType(C.Input.self)
        output = ElementType(C.Output.self)
        self.cost = cost
        identity = MemoryLayout<C>.size == 0 ? ObjectIdentifier(C.self) : nil
        self.make = make
        makeConvert = {
            let instance = WorkerInstance(try coder.makeInstance())
            return { element in
                guard let input = element as? C.Input else {
                    throw CoderError(.malformed, coder: coder.name, "was given a \(type(of: element))")
                }
                return try instance.pointer.pointee.convert(input)
            }
        }
    }
}

/// Makes the stage of a coder; where the coder's type is known, so that its elements are not passed through witnesses.
@inlinable
func inletFactory<C: Coder>(of coder: C) -> InletFactory {
    { context, next in
        let instance = WorkerInstance(try coder.makeInstance())
        return Inlet<C.Input>.map(context, before: inlet(next, of: C.Output.self)) { element in
            try instance.pointer.pointee.convert(element)
        }
    }
}
