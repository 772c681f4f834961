/// Decides what follows an aborted transaction: a pause and another attempt, or the end of the run.
struct Rewinds: Sendable {
    private let limit: Int
    /// How many transactions were aborted in the whole run.
    private(set) var count = 0
    /// How many since one was committed.
    private var row = 0

    /// - Parameter limit: how many may be aborted in a row before the run fails
    init(limit: Int) {
        self.limit = limit
    }

    /// Notes that the transaction was aborted that ended an attempt.
    ///
    /// - Parameter committed: how many transactions the attempt had committed before
    mutating func note(committed: Int) {
        count += 1
        row = committed > 0 ? 1 : row + 1
    }

    /// Whether the run is to fail.
    var isOver: Bool { row >= limit }

    /// How long to wait before the next attempt.
    var pause: Duration { min(.milliseconds(100 << min(row - 1, 10)), .seconds(10)) }

    /// Why the run fails.
    func failure(_ aborted: TransactionAborted, of plan: Plan) -> PipelineError {
        let sink = plan.withCoders.last
        return PipelineError(
            code: .transactionAborted, stage: sink?.name ?? plan.pipeline,
            message: "\(row) transactions in a row were aborted; the last one: \(aborted.reason)",
            cause: aborted.cause ?? aborted, declaredAt: sink?.location)
    }
}
