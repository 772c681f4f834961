import Connect

/// A batch that a split gives to one member.
struct OriginBatch {
    let elements: [Bytes]
    /// The length of its frame, in bytes.
    let size: Int
    /// The member that it belongs to; nil where any will do.
    var slot: Int?
}

/// What a run has handed to a split: makes batches of it, and ends it as the batches end.
protocol OriginWrites {
    /// Whether nothing waits to become a batch.
    var isEmpty: Bool { get }
    /// How many bytes wait that are in no batch.
    var waitingBytes: Int { get }
    /// Takes what a run has handed over.
    mutating func append(_ write: SplitWrite, bytes: Int)
    /// Makes the next batch; nil where nothing waits.
    mutating func makeBatch() -> OriginBatch?
    /// All batches below a number have ended.
    mutating func end(below number: UInt64)
    /// Nothing will be done any more behind some elements of the first batch that has not ended; all else is let go.
    ///
    /// - Parameters:
    ///   - index: how many elements of that batch are done
    ///   - byLimit: whether a limit ended it, else a failure
    mutating func cut(at index: Int, byLimit: Bool)
}
