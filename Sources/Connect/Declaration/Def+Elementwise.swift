extension Def {
    /// Turns each element into another one.
    ///
    /// - Parameters:
    ///   - transform: called by all workers of the stage
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives one output for each input, in order
    @inlinable
    public func map<Output: Sendable>(
        _ transform: @escaping @Sendable (Out) throws -> Output, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Output> {
        appending(
            .elementwise(
                kind: "map", traits: ElementwiseTraits(),
                make: { context, next in
                    Inlet<Out>.map(context, before: inlet(next, of: Output.self), transform)
                }),
            Output.self, fileID, line)
    }

    /// Turns each element into one of a type that is named, which spares the compiler the search for it in long chains.
    ///
    /// - Parameters:
    ///   - type: the type of the outputs
    ///   - transform: called by all workers of the stage
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives one output for each input, in order
    @inlinable
    public func map<Output: Sendable>(
        to type: Output.Type, _ transform: @escaping @Sendable (Out) throws -> Output,
        fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Output> {
        map(transform, fileID: fileID, line: line)
    }

    /// Turns each element into another one, by a closure that each worker makes for itself and may keep state in.
    ///
    /// - Parameters:
    ///   - makeTransform: called once per worker, on its thread
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives one output for each input, in order
    @inlinable
    public func map<Output: Sendable>(
        perWorker makeTransform: @escaping @Sendable () throws -> (Out) throws -> Output,
        fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Output> {
        var traits = ElementwiseTraits()
        traits.hasInstances = true
        return appending(
            .elementwise(
                kind: "map", traits: traits,
                make: { context, next in
                    Inlet<Out>.map(context, before: inlet(next, of: Output.self), try makeTransform())
                }),
            Output.self, fileID, line)
    }

    /// Lets those elements pass for which a closure says yes. The others are done.
    ///
    /// - Parameters:
    ///   - isIncluded: called by all workers of the stage
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the elements that pass, in order
    @inlinable
    public func filter(
        _ isIncluded: @escaping @Sendable (Out) throws -> Bool, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Out> {
        appending(
            .elementwise(
                kind: "filter", traits: ElementwiseTraits(),
                make: { context, next in
                    Inlet<Out>.filter(context, before: inlet(next, of: Out.self), isIncluded)
                }),
            Out.self, fileID, line)
    }

    /// Turns each element into the elements of a sequence, which is walked lazily: it may be very long.
    ///
    /// An element is done when all that was made of it is.
    ///
    /// - Parameters:
    ///   - expand: called by all workers of the stage
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the elements of all sequences, in order
    @inlinable
    public func flatMap<Outputs: Sequence>(
        _ expand: @escaping @Sendable (Out) throws -> Outputs, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Outputs.Element>
    where Outputs.Element: Sendable, Outputs: SendableMetatype, Outputs.Iterator: SendableMetatype {
        flatMap(
            { element, emit in
                for output in try expand(element) { try emit(output) }
            }, fileID: fileID, line: line)
    }

    /// Turns each element into any number of elements, which a closure emits one by one.
    ///
    /// An element is done when all that was made of it is.
    ///
    /// - Parameters:
    ///   - expand: called by all workers of the stage; what the emitter throws must be passed on
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives what was emitted, in order
    @inlinable
    public func flatMap<Output: Sendable>(
        _ expand: @escaping @Sendable (Out, Emitter<Output>) throws -> Void, fileID: StaticString = #fileID,
        line: UInt = #line
    ) -> Def<Output> {
        appending(
            .elementwise(
                kind: "flatMap", traits: ElementwiseTraits(),
                make: { context, next in
                    Inlet<Out>.flatMap(context, before: inlet(next, of: Output.self), expand)
                }),
            Output.self, fileID, line)
    }

    /// Turns each element into any number of elements, by a closure that each worker makes for itself and may keep state
    /// in.
    ///
    /// - Parameters:
    ///   - makeExpand: called once per worker, on its thread; what the emitter throws must be passed on
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives what was emitted, in order
    @inlinable
    public func flatMap<Output: Sendable>(
        perWorker makeExpand: @escaping @Sendable () throws -> (Out, Emitter<Output>) throws -> Void,
        fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Output> {
        var traits = ElementwiseTraits()
        traits.hasInstances = true
        return appending(
            .elementwise(
                kind: "flatMap", traits: traits,
                make: { context, next in
                    Inlet<Out>.flatMap(context, before: inlet(next, of: Output.self), try makeExpand())
                }),
            Output.self, fileID, line)
    }

    /// Gives whole batches to a closure, for authors who need them.
    ///
    /// The closure says for each output which input it was made of. It cannot be tried again for a part, so its error
    /// policy is always to fail; the element of its last output is then the first that is not committed.
    ///
    /// - Parameters:
    ///   - transform: called by all workers of the stage
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the outputs, in order
    public func mapBatch<Output: Sendable>(
        _ transform: @escaping @Sendable (borrowing Batch<Out>, inout BatchOutput<Output>) throws -> Void,
        fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Output> {
        var traits = ElementwiseTraits()
        traits.hasElementPolicy = false
        return appending(
            .elementwise(
                kind: "mapBatch", traits: traits,
                make: { context, next in
                    Inlet<Out>.mapBatch(context, before: inlet(next, of: Output.self), transform)
                }),
            Output.self, fileID, line)
    }

    /// Calls an asynchronous closure for several elements at once; the stage is a segment of its own.
    ///
    /// - Parameters:
    ///   - maxInFlight: how many calls may be under way, at least 1
    ///   - transform: called on the cooperative pool; must not block it
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives one output for each input, in the order of the inputs
    public func mapAsync<Output: Sendable>(
        maxInFlight: Int, _ transform: @escaping @Sendable (Out) async throws -> Output,
        fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Output> {
        appending(
            .asynchronous(
                kind: "mapAsync", maxInFlight: maxInFlight,
                make: { context, next in
                    AsyncMapStage(
                        context, before: inlet(next, of: Output.self), maxInFlight: max(1, maxInFlight), transform
                    ).inlet
                }),
            Output.self, fileID, line)
    }

    /// Appends a transform; where it takes another type than the chain gives, the plan finds coders.
    ///
    /// - Returns: a chain that gives the transform's outputs, in order
    @inlinable
    public func apply<T: Transform>(
        _ transform: T, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<T.Output> {
        let name = transform.name
        var traits = ElementwiseTraits()
        traits.hasInstances = true
        return converted(to: T.Input.self, fileID, line).appending(
            .elementwise(
                kind: name, traits: traits,
                make: { context, next in
                    let instance = WorkerInstance(try transform.makeInstance())
                    return Inlet<T.Input>.flatMap(context, before: inlet(next, of: T.Output.self)) { element, emit in
                        try instance.pointer.pointee.transform(element, emit)
                    }
                }),
            T.Output.self, fileID, line)
    }
}
