public import Connect

/// Everything that can be named in a one-liner or a document.
///
/// ```swift
/// var catalog = Catalog()
/// catalog.register(SourceComponent(ComponentDescription("clock", "Ticks."), guarantee: "at-most-once") { … })
/// ```
public struct Catalog: Sendable {
    /// The sources by name.
    public private(set) var sources: [String: SourceComponent] = [:]
    /// The stages by name.
    public private(set) var stages: [String: StageComponent] = [:]
    /// The sinks by name.
    public private(set) var sinks: [String: SinkComponent] = [:]

    /// The coders that the plan may put in where types differ.
    public private(set) var coders = CoderRegistry()

    /// A catalog without components.
    public init() {}

    /// Adds coders for the plan to choose from.
    public mutating func register(_ coders: CoderRegistry) {
        self.coders = self.coders + coders
    }

    /// Adds a source; one of the same name is replaced.
    public mutating func register(_ source: SourceComponent) {
        sources[source.description.name] = source
    }

    /// Adds a stage; one of the same name is replaced.
    public mutating func register(_ stage: StageComponent) {
        stages[stage.description.name] = stage
    }

    /// Adds a sink; one of the same name is replaced.
    public mutating func register(_ sink: SinkComponent) {
        sinks[sink.description.name] = sink
    }
}
