/// The number that a run gives to a partition of a source.
public struct PartitionID: Sendable, Hashable {
    /// Counts from 0 in the order in which the source named its partitions.
    public let index: Int

    /// A partition by its number.
    public init(index: Int) {
        self.index = index
    }
}

/// A place in a source from which reading can go on: everything before it is done.
public struct Position: Sendable, Hashable, CustomStringConvertible {
    /// The part of the source: a Kafka topic and partition, a file, the only part of a list.
    public var partition: String
    /// Where to go on, counted in the source's own unit (elements, bytes, Kafka offsets).
    public var offset: Int64
    /// Whether the partition has ended, so that there is nothing to go on with.
    public var isComplete: Bool
    /// What the source itself needs to find the place again, for example a file's identity.
    public var detail: String

    /// A place in a source.
    public init(partition: String, offset: Int64, isComplete: Bool = false, detail: String = "") {
        self.partition = partition
        self.offset = offset
        self.isComplete = isComplete
        self.detail = detail
    }

    /// For people: `partition@offset`.
    public var description: String {
        "\(partition)@\(offset)\(isComplete ? " (complete)" : "")"
    }
}
