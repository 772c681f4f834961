extension Def {
    /// Asks for elements of another type; the plan finds the coders.
    ///
    /// - Parameters:
    ///   - type: the type wanted
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives elements of that type, one for each, in order
    public func `as`<Target: Sendable>(
        _ type: Target.Type, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Target> {
        converted(to: type, isAskedFor: true, fileID, line)
    }

    /// Converts elements by a coder that is named, where the plan would find none or more than one.
    ///
    /// - Parameters:
    ///   - type: the type wanted
    ///   - coder: gives it
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives elements of that type, one for each, in order
    @inlinable
    public func `as`<C: Coder>(
        _ type: C.Output.Type, via coder: C, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<C.Output> where C.Input == Out {
        appending(.coder(name: coder.name, make: inletFactory(of: coder)), C.Output.self, fileID, line)
    }

    /// The chain, with a place for coders behind it where it gives another type.
    @usableFromInline
    func converted<Target: Sendable>(
        to type: Target.Type, isAskedFor: Bool = false, _ fileID: StaticString, _ line: UInt
    ) -> Def<Target> {
        if Target.self == Out.self { return Def<Target>(node: node, pipeline: pipeline) }
        return appending(.conversion(isAskedFor: isAskedFor), Target.self, fileID, line)
    }

    /// Ends the chain in a sink for its elements.
    ///
    /// - Returns: a pipeline that can be planned and run
    public func to<S: Sink>(
        _ sink: S, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Pipeline where S.Input == Out {
        ending(in: sink, fileID, line)
    }

    /// Ends the chain in a sink that takes another type than the chain gives; the plan finds coders.
    ///
    /// - Returns: a pipeline that can be planned and run
    public func to<S: Sink>(
        _ sink: S, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Pipeline {
        converted(to: S.Input.self, fileID, line).ending(in: sink, fileID, line)
    }

    private func ending<S: Sink>(in sink: S, _ fileID: StaticString, _ line: UInt) -> Pipeline where S.Input == Out {
        let node = StageNode(
            .sink(sink.descriptor, make: { context in try SinkMaterial(of: sink, context) }),
            upstreams: [node], input: ElementType(S.Input.self), output: nil,
            location: pipeline.place(fileID, line))
        return pipeline.ending(in: node)
    }
}

extension SinkMaterial {
    init<S: Sink>(of sink: S, _ context: StageContext) throws {
        let cell = WriterCell(try sink.makeWriter())
        let descriptor = sink.descriptor
        self.init(
            open: { sinkContext in
                try cell.writer.open(sinkContext)
                return try cell.writer.restoredPositions()
            },
            inlet: { positions in
                SinkStage(context, writer: cell.writer, descriptor: descriptor, positions: positions).inlet
            },
            transactionalInlet: { transactions in
                TransactionalSinkStage(
                    context, writer: cell.writer, descriptor: descriptor, transactions: transactions
                ).inlet
            })
    }
}

/// Holds a writer between its opening and the stage that uses it.
private final class WriterCell<Writer: SinkWriter> {
    var writer: Writer

    init(_ writer: Writer) {
        self.writer = writer
    }
}
