/// What the sink asks of the run for its transactions.
final class RunTransactions: SinkTransactions {
    private let run: RunState
    private let transactions: Transactions
    /// Told what was committed, by the sink's thread.
    private let onCommit: @Sendable ([Position]) -> Void

    init(_ run: RunState, _ transactions: Transactions, onCommit: @escaping @Sendable ([Position]) -> Void) {
        self.run = run
        self.transactions = transactions
        self.onCommit = onCommit
    }

    func arrive() throws(Interruption) -> [Position]? {
        try check()
        // Where something before the barrier was dropped, the run is ending, and its end tells what is done.
        guard let boundary = transactions.first, run.tracker.isWhole(before: boundary.sequence) else { return nil }
        try run.flushDeadLetters()
        try check()
        return boundary.positions
    }

    func end(hasWritten: Bool, release: () -> Void) throws(Interruption) -> [Position]? {
        run.waitForOtherStages()
        try check()
        guard hasWritten || transactions.hasRest else { return nil }
        try run.flushDeadLetters()
        try check()
        release()
        return run.tracker.finalPositions()
    }

    /// Only of a run in which all is well something is committed.
    private func check() throws(Interruption) {
        if run.hasFailed || run.isAborted || transactions.aborted != nil { throw .stop }
    }

    func didCommit(_ positions: [Position]) {
        onCommit(positions)
        transactions.didCommit()
    }

    func abort(_ reason: TransactionAborted) {
        transactions.abort(reason)
    }

    func close() {
        run.tracker.endRevocations()
    }
}
