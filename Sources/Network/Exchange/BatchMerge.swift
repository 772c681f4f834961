import Connect

/// What is needed of a merge, in order or not.
protocol BatchMerge {
    /// Whether all batches of the origin were passed on.
    var isFinished: Bool { get }
    mutating func open(_ sender: Int, generation: UInt32)
    mutating func lose(_ sender: Int)
    mutating func replaceSenders(_ count: Int)
    mutating func receive(_ piece: BatchPiece<Bytes>, from sender: Int) throws(ProtocolError)
    mutating func end(before next: UInt64) throws(ProtocolError)
    mutating func take() throws(ProtocolError) -> MergeDelivery<Bytes>?
    mutating func nextSignal() -> MergeSignal?
    /// A batch has ended; in order, all before it have.
    mutating func finish(_ number: UInt64)
    /// Only a part of a batch is done, and nothing of those behind it.
    mutating func cut(_ number: UInt64, at index: UInt32, _ status: AckStatus)
}

extension OrderedMerge<Bytes>: BatchMerge {
    mutating func finish(_ number: UInt64) { acknowledge(below: number + 1) }

    mutating func cut(_ number: UInt64, at index: UInt32, _ status: AckStatus) {
        acknowledge(number, .cut(at: index, status))
    }
}

extension UnorderedMerge<Bytes>: BatchMerge {
    mutating func finish(_ number: UInt64) { acknowledge(number) }

    mutating func cut(_ number: UInt64, at index: UInt32, _ status: AckStatus) {
        acknowledge(number, .cut(at: index, status))
    }
}
