/// An unfinished chain whose last stage gives elements of type `Out`.
///
/// A `Def` is a value: an operator returns a new chain with one more stage, a modifier a new chain whose last stage is
/// modified; the old ones stay as they are. Declaring opens nothing and starts nothing. A chain that ends in
/// `to(_:)` is a ``Pipeline`` and can be run.
public struct Def<Out: Sendable>: Sendable {
    @usableFromInline let node: StageNode
    @usableFromInline let pipeline: Pipeline

    @usableFromInline
    init(node: StageNode, pipeline: Pipeline) {
        self.node = node
        self.pipeline = pipeline
    }

    /// Whether all its sources end by themselves.
    package var isBounded: Bool { node.isBounded }

    /// The chain with one more stage.
    @usableFromInline
    func appending<Next: Sendable>(
        _ operation: StageOperation, _ type: Next.Type, _ fileID: StaticString, _ line: UInt
    ) -> Def<Next> {
        let node = StageNode(
            operation, upstreams: [node], input: ElementType(Out.self), output: ElementType(Next.self),
            location: pipeline.place(fileID, line))
        return Def<Next>(node: node, pipeline: pipeline)
    }

    func modified(_ change: (inout StageSettings) -> Void) -> Def<Out> {
        Def(node: node.with(change), pipeline: pipeline)
    }
}

/// The inlet behind a stage, in the type that the declaration has fixed.
@inlinable
func inlet<Element: Sendable>(_ erased: AnyObject, of type: Element.Type) -> Inlet<Element> {
    // Only the declaration makes these objects, with the type of the stage: no input can make them differ.
    unsafeDowncast(erased, to: Inlet<Element>.self)
}
