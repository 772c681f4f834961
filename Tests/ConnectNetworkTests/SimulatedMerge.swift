import Connect

@testable import ConnectNetwork

/// What a simulated network needs of a merge, ordered or not.
protocol SimulatedMerge {
    var isFinished: Bool { get }
    var heldBytes: Int { get }
    mutating func open(_ sender: Int, generation: UInt32)
    mutating func lose(_ sender: Int)
    mutating func receive(_ piece: BatchPiece<Int>, from sender: Int) throws(ProtocolError)
    mutating func end(before next: UInt64) throws(ProtocolError)
    mutating func take() throws(ProtocolError) -> MergeDelivery<Int>?
    mutating func nextSignal() -> MergeSignal?
    /// All of these have ended.
    mutating func finish(_ numbers: Set<UInt64>)
    /// A limit has let only so many elements of a batch through.
    mutating func cut(_ number: UInt64, at index: UInt32)
}

extension OrderedMerge<Int>: SimulatedMerge {
    mutating func finish(_ numbers: Set<UInt64>) {
        if let highest = numbers.max() { acknowledge(below: highest + 1) }
    }

    mutating func cut(_ number: UInt64, at index: UInt32) { acknowledge(number, .cut(at: index, .partial)) }
}

extension UnorderedMerge<Int>: SimulatedMerge {
    mutating func finish(_ numbers: Set<UInt64>) {
        for number in numbers.sorted() { acknowledge(number) }
    }

    mutating func cut(_ number: UInt64, at index: UInt32) { acknowledge(number, .cut(at: index, .partial)) }
}
