import Connect

/// All that a transform gives for one input, in a real run.
func outputs<T: Transform>(of transform: T, for input: T.Input) async throws -> [T.Output] {
    let sink = CollectSink<T.Output>()
    try await Pipeline("transform").root(ListSource([input])).apply(transform).to(sink).run()
    return sink.elements
}
