/// Flushes a chain on the source's thread: from inside a poll, before a partition is given up, and, where the sink writes
/// in transactions, in intervals.
final class FlushRequest<Element: Sendable>: @unchecked Sendable {
    // Proof for `@unchecked Sendable`: used on the source's thread only; a revocation is a call of the reader's poll.
    private let chain: Inlet<Element>
    private let transactions: Transactions?
    private let scheduler: any Scheduler
    private let duties: SourceDuties?
    private var interruption: Interruption?
    /// When the next transaction is due.
    private var due: MonotonicTime

    init(_ chain: Inlet<Element>, _ run: RunState, _ duties: SourceDuties?) {
        self.chain = chain
        self.duties = duties
        transactions = run.transactions
        scheduler = run.scheduler
        due = transactions.map { run.scheduler.now.advanced(by: $0.interval) } ?? .distantFuture
    }

    /// Flushes and keeps what came of it.
    ///
    /// - Returns: false in the middle of a push, where it cannot be done
    func flush() -> Bool {
        if let duties, duties.isPushing { return false }
        do throws(Interruption) {
            try send()
        } catch {
            interruption = error
        }
        return true
    }

    /// What came of a flush inside the last poll.
    func result() throws(Interruption) {
        if let interruption { throw interruption }
    }

    private func send() throws(Interruption) {
        if let transactions, !transactions.begin() { return }
        guard let duties else { return try chain.flush() }
        // A barrier waits for room like a push: a partition that is given up meanwhile cannot be waited for.
        try duties.whilePushing(chain.flush)
    }

    /// Sends the barrier of a transaction where one is due; the source goes on reading meanwhile.
    ///
    /// - Returns: when the next one is due
    /// - Throws: where the run is to go back to the last transaction, too
    func passBarrier(of transactions: Transactions) throws(Interruption) -> MonotonicTime {
        if transactions.aborted != nil { throw .stop }
        let now = scheduler.now
        guard now >= due else { return due }
        if transactions.isUnderWay {
            // The last one takes longer than the interval: one at a time.
            due = now.advanced(by: max(.milliseconds(1), transactions.interval / 8))
        } else {
            due = now.advanced(by: transactions.interval)
            try send()
        }
        return due
    }
}
