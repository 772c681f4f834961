/// How a part of a pipeline gives its elements to other instances.
package struct PartExit: Sendable {
    let stage: PlannedStage

    /// An exit that sends what it is given.
    package init<Exit: Sink>(_ sink: Exit) where Exit.Input == Bytes {
        let descriptor = sink.descriptor
        let node = Pipeline("part").root(ListSource([Bytes]())).to(sink).sinks[0]
        stage = PlannedStage(
            number: 0, declaredNumber: nil, name: descriptor.kind, kind: descriptor.kind, detail: descriptor.target,
            operation: node.operation, settings: node.settings, input: node.input, output: nil, location: node.location)
    }
}
