/// What a merge is to tell one of its senders.
enum MergeSignal: Sendable, Hashable {
    /// Leave to send more, and which batch is waited for.
    case credit(sender: Int, generation: UInt32, bytes: Int, next: UInt64)
    /// What became of batches: of those between the numbers, the ones that this sender sent as this attempt.
    case acknowledgement(sender: Int, numbers: ClosedRange<UInt64>, attempt: UInt32, BatchVerdict)
}
