/// The second phase: what crosses between instances crosses as bytes.
///
/// The types of a network stage become bytes, so that the next phase puts the coders on both sides of it.
enum NetworkPhase {
    static func run(_ stages: [PlannedStage]) -> [PlannedStage] {
        stages.map { declared in
            guard case .network(let network) = declared.operation else { return declared }
            var stage = declared
            stage.kind = network.wireKind
            stage.input = ElementType(Bytes.self)
            stage.output = ElementType(Bytes.self)
            return stage
        }
    }
}
