/// What goes wrong in a ``TransactionLog``. Numbers count the calls over all runs, from 1.
public enum TransactionFault: Sendable, Hashable {
    /// The write aborts the transaction; nothing of it takes effect, and the run may go back.
    case abortWrite(Int)
    /// The flush aborts the transaction.
    case abortFlush(Int)
    /// The commit aborts the transaction.
    case abortStore(Int)
    /// The write fails for good.
    case failWrite(Int)
    /// The commit fails for good; it may have taken effect all the same, and nobody has heard of it.
    case failStore(Int, tookEffect: Bool)
    /// Behind so many elements the source loses a partition and aborts the transaction.
    case lose(after: Int)
    /// Behind so many elements a partition is given up, for a while at most, and comes back at once.
    case revoke(after: Int, timeout: Duration)
    /// Behind so many elements reading fails for good.
    case failPoll(after: Int)
}
