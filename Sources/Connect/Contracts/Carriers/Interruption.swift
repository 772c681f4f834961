/// Why a stage's push did not go on.
public enum Interruption: Error {
    /// Nothing more is wanted: a limit was reached, the run is stopping or a later segment has ended.
    case stop
    /// A stage failed; the failure takes effect when its turn comes.
    case failure(StageFailure)
}

/// The failure of a stage at one element.
public struct StageFailure: Error, Sendable {
    /// What went wrong, with the stage and the position.
    public let error: PipelineError
    // Where the element stands in the order of its source: of several failures the earliest counts.
    let sequence: Int
    let index: Int

    @usableFromInline
    init(error: PipelineError, sequence: Int, index: Int) {
        self.error = error
        self.sequence = sequence
        self.index = index
    }

    /// Whether it belongs to an element's turn: others end the run whenever they come.
    var hasTurn: Bool { error.code == .stageFailed || error.code == .sourceFailed }

    func isBefore(_ other: StageFailure) -> Bool {
        (sequence, index) <= (other.sequence, other.index)
    }
}
