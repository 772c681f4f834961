extension Def where Out == Bytes {
    /// Turns each element into other bytes, without a value of its own for either.
    ///
    /// - Parameters:
    ///   - transform: gets the bytes and appends the output to the builder; called by all workers of the stage
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives one output for each input, in order
    @inlinable
    public func mapBytes(
        _ transform: @escaping @Sendable (RawSpan, inout BytesBuilder) throws -> Void,
        fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Bytes> {
        appending(
            .elementwise(
                kind: "mapBytes", traits: ElementwiseTraits(),
                make: { context, next in
                    Inlet<Bytes>.mapBytes(context, before: inlet(next, of: Bytes.self), transform)
                }),
            Bytes.self, fileID, line)
    }

    /// Turns each element into other bytes, by a closure that each worker makes for itself and may keep state in.
    ///
    /// - Parameters:
    ///   - makeTransform: called once per worker, on its thread; its closure gets the bytes and appends the output
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives one output for each input, in order
    @inlinable
    public func mapBytes(
        perWorker makeTransform: @escaping @Sendable () throws -> (RawSpan, inout BytesBuilder) throws -> Void,
        fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Bytes> {
        var traits = ElementwiseTraits()
        traits.hasInstances = true
        return appending(
            .elementwise(
                kind: "mapBytes", traits: traits,
                make: { context, next in
                    Inlet<Bytes>.mapBytes(context, before: inlet(next, of: Bytes.self), try makeTransform())
                }),
            Bytes.self, fileID, line)
    }

    /// Turns each byte into another one, a whole batch at a time: the fastest way to change case or to blank digits.
    ///
    /// - Parameters:
    ///   - transform: a pure function of the byte; called once for each of the 256 there are, when it is declared
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives one output for each input, of the same length, in order
    public func mapEachByte(
        _ transform: (UInt8) -> UInt8, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Bytes> {
        let map = ByteMap(transform)
        return appending(
            .elementwise(
                kind: "mapEachByte", traits: ElementwiseTraits(),
                make: { context, next in
                    Inlet<Bytes>.mapEachByte(context, before: inlet(next, of: Bytes.self), map)
                }),
            Bytes.self, fileID, line)
    }

    /// Lets those elements pass for which a closure over their bytes says yes. The others are done.
    ///
    /// - Parameters:
    ///   - isIncluded: called by all workers of the stage
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the elements that pass, in order
    @inlinable
    public func filterBytes(
        _ isIncluded: @escaping @Sendable (RawSpan) throws -> Bool, fileID: StaticString = #fileID,
        line: UInt = #line
    ) -> Def<Bytes> {
        appending(
            .elementwise(
                kind: "filterBytes", traits: ElementwiseTraits(),
                make: { context, next in
                    Inlet<Bytes>.filterBytes(context, before: inlet(next, of: Bytes.self), isIncluded)
                }),
            Bytes.self, fileID, line)
    }

    /// Lets those elements pass for which a closure that each worker makes for itself says yes. The others are done.
    ///
    /// - Parameters:
    ///   - makeTest: called once per worker, on its thread; its closure gets the bytes
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the elements that pass, in order
    @inlinable
    public func filterBytes(
        perWorker makeTest: @escaping @Sendable () throws -> (RawSpan) throws -> Bool,
        fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Bytes> {
        var traits = ElementwiseTraits()
        traits.hasInstances = true
        return appending(
            .elementwise(
                kind: "filterBytes", traits: traits,
                make: { context, next in
                    Inlet<Bytes>.filterBytes(context, before: inlet(next, of: Bytes.self), try makeTest())
                }),
            Bytes.self, fileID, line)
    }
}

extension Def where Out == StreamChunk {
    /// Appends a splitter, which makes messages of the stream. Only other splitters may stand between it and the
    /// source.
    ///
    /// - Returns: a chain that gives what the splitter cuts, in order
    public func apply<S: Splitter>(
        _ splitter: S, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<S.Output> {
        appending(
            .splitter(
                kind: splitter.name,
                wrap: { upstream in
                    RootReader<S.Output>(
                        splitting: unsafeDowncast(upstream, to: RootReader<StreamChunk>.self),
                        by: try splitter.makeInstance())
                }),
            S.Output.self, fileID, line)
    }
}
