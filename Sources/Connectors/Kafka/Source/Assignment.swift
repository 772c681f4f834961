import CConnectRDKafka
import Connect

/// The partitions that a reader has now, found by what stands in a message.
struct Assignment {
    private(set) var partitions: [AssignedPartition] = []
    private var places: [TopicPartition: Int] = [:]
    /// Messages come in runs of one partition: where the last one belonged.
    private var lastTopic: OpaquePointer?
    private var lastPartition: Int32 = -1
    private var lastPlace: Int?
    /// The names of the client's topic handles, which live as long as the client knows the topic.
    private var topics: [OpaquePointer: String] = [:]

    var names: [TopicPartition] { partitions.map(\.name) }

    /// Whether nothing more is wanted of any.
    var isComplete: Bool { partitions.allSatisfy(\.isComplete) }

    mutating func add(_ partition: AssignedPartition) {
        if let place = places[partition.name] {
            partitions[place] = partition
        } else {
            places[partition.name] = partitions.count
            partitions.append(partition)
        }
        forgetLast()
    }

    mutating func remove(_ names: Set<TopicPartition>) {
        partitions.removeAll { names.contains($0.name) }
        places = Dictionary(uniqueKeysWithValues: partitions.enumerated().map { ($1.name, $0) })
        forgetLast()
    }

    private mutating func forgetLast() {
        lastTopic = nil
        lastPlace = nil
    }

    func place(of name: TopicPartition) -> Int? { places[name] }

    subscript(place: Int) -> AssignedPartition {
        get { partitions[place] }
        set { partitions[place] = newValue }
    }

    /// The place of a message's partition; nil where it is not assigned any more.
    mutating func place(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> Int? {
        place(of: message.pointee.rkt, message.pointee.partition)
    }

    /// The place of a partition of the client's topic handle; nil where it is not assigned any more.
    mutating func place(of topic: OpaquePointer?, _ partition: Int32) -> Int? {
        if topic == lastTopic, partition == lastPartition { return lastPlace }
        guard let topic else { return nil }
        let name: String
        if let known = topics[topic] {
            name = known
        } else {
            name = String(cString: rd_kafka_topic_name(topic))
            topics[topic] = name
        }
        (lastTopic, lastPartition) = (topic, partition)
        lastPlace = places[TopicPartition(name, partition)]
        return lastPlace
    }
}
