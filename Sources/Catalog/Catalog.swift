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

    /// What components are told where nobody says anything else: by the component's name, then by the key. A key that a
    /// component does not have is not for it. Each value tells where it was said.
    public var defaults: [String: [String: ConfigurationValue]] = [:]

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

    /// A component with what the ``defaults`` say where it was told nothing.
    ///
    /// - Parameters:
    ///   - use: the component, as somebody has named it
    ///   - description: what it can be told
    ///   - passesOn: whether a key that is not described is the client library's
    /// - Returns: the same with the entries that it lacks, behind its own
    package func completed(
        _ use: ComponentUse, _ description: ComponentDescription, _ passesOn: (String) -> Bool = { _ in false }
    ) -> ComponentUse {
        var result = use
        for (key, value) in defaults[use.name, default: [:]].sorted(by: { $0.key < $1.key }) {
            let isKnown = description.keys.contains { $0.name == key } || passesOn(key)
            let isUnnamed = use.unnamed != nil && key == description.unnamedKey
            if isKnown, !isUnnamed, !use.entries.contains(where: { $0.key == key }) {
                result.entries.append(ConfigurationEntry(key: key, value: value, at: value.origin))
            }
        }
        return result
    }
}
