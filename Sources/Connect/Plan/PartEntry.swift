/// How a part of a pipeline gets its elements from other instances.
package struct PartEntry: Sendable {
    var stage: PlannedStage

    /// An entry that reads what has come.
    package init<Entry: Source>(_ source: Entry) where Entry.Element == Bytes {
        let node = Pipeline("part").root(source).node
        stage = PlannedStage(
            number: 0, declaredNumber: nil, name: source.descriptor.kind, kind: source.descriptor.kind,
            detail: source.descriptor.origin, operation: node.operation, settings: node.settings, input: nil,
            output: node.output, location: node.location)
    }
}
