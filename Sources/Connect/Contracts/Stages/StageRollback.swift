/// Keeps what stages remember, so that a run whose transaction was aborted goes on as it was when the last one was
/// committed.
@usableFromInline
protocol StageRollback: Sendable {
    /// What a stage remembered when the last transaction was committed.
    ///
    /// - Parameter stage: the place that the stage has used in ``save(_:of:)``
    /// - Returns: nil where no transaction was committed yet
    func restored(_ stage: String) -> (any Sendable)?

    /// Keeps what a stage remembers as a barrier passes; it counts when what came before the barrier is committed.
    ///
    /// - Parameters:
    ///   - value: what the stage remembers
    ///   - stage: a place of the stage's own; each stage saves once for each barrier
    func save(_ value: any Sendable, of stage: String)
}
