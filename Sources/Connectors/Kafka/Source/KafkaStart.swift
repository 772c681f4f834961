public import Connect

/// Where reading begins in partitions of which nothing is committed yet. What is committed always comes first.
public enum KafkaStart: Sendable, Hashable {
    /// At what `auto.offset.reset` says: the beginning, where it is not given.
    case reset
    /// At the first message with this time or a later one; at the end where there is none.
    case timestamp(EventTime)
    /// At an offset of each partition, by topic and partition; `reset` holds for those that are not named.
    case offsets([TopicPartition: Int64])
}

/// A partition of a topic.
public struct TopicPartition: Sendable, Hashable, CustomStringConvertible {
    /// The topic's name.
    public var topic: String
    /// The partition's number, from 0.
    public var partition: Int32

    /// A partition of a topic.
    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// As Kafka writes it: `orders-3`.
    public var description: String { "\(topic)-\(partition)" }

    /// Reads what ``description`` writes.
    ///
    /// - Returns: nil where it does not end in a hyphen and a number
    init?(name: String) {
        guard let hyphen = name.lastIndex(of: "-"), let partition = Int32(name[name.index(after: hyphen)...]),
            partition >= 0
        else { return nil }
        self.init(String(name[..<hyphen]), partition)
    }
}
