/// What a fold remembers at a barrier, when everything it has taken in is emitted.
private struct FoldMemory<State: Sendable>: Sendable {
    var state: State
    var hasEmitted: Bool
}

extension FoldStage {
    private var rollbackPlace: String { "fold \(context.name)" }

    /// Takes up the state as it was when the last transaction of the run was committed.
    func rollBack() {
        guard let kept = context.run.rollback?.restored(rollbackPlace) as? FoldMemory<State> else { return }
        state.pointee = kept.state
        hasEmitted = kept.hasEmitted
    }

    /// Emits what the fold holds, where what comes out is committed in transactions.
    func prepareCommit() throws(Interruption) {
        guard let rollback = context.run.rollback else { return }
        if pending > 0 { try emitAlone(.pressure) }
        rollback.save(FoldMemory(state: state.pointee, hasEmitted: hasEmitted), of: rollbackPlace)
    }
}
