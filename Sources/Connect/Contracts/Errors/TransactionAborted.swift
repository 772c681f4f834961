/// Thrown by a sink that writes in transactions, or by its source: nothing of the open transaction took effect, and the
/// run may go back to the last one that was committed and do everything since then again.
///
/// A writer throws it from `write`, `flush`, `service` or `store`; a reader from `poll`, for example when a partition was
/// lost whose elements are under way. Any other error ends the run.
public struct TransactionAborted: Error, Sendable, CustomStringConvertible {
    /// What happened, in words.
    public var reason: String
    /// The error below, where there is one.
    public var cause: (any Error)?

    /// An abort.
    ///
    /// - Parameters:
    ///   - reason: what happened, in words
    ///   - cause: the error below, where there is one
    public init(reason: String, cause: (any Error)? = nil) {
        self.reason = reason
        self.cause = cause
    }

    /// `the transaction was aborted: …`
    public var description: String { "the transaction was aborted: \(reason)" }
}
