/// The second phase: puts in the stages that carry elements between instances.
///
/// A pipeline says itself where it is split and merged, so there is nothing to put in yet; what comes from the network
/// is said on the stages.
enum NetworkPhase {
    static func run(_ stages: [PlannedStage]) -> [PlannedStage] { stages }
}
