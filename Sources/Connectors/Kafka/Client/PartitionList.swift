import CConnectRDKafka

/// A list of partitions with offsets, as librdkafka takes and gives it.
struct PartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    /// A list of partitions.
    ///
    /// - Parameter entries: partitions and their offsets; `RD_KAFKA_OFFSET_INVALID` where there is none
    init(_ entries: [(name: TopicPartition, offset: Int64)]) {
        pointer = rd_kafka_topic_partition_list_new(Int32(entries.count))
        for entry in entries {
            let added = rd_kafka_topic_partition_list_add(pointer, entry.name.topic, entry.name.partition)
            added?.pointee.offset = entry.offset
        }
    }

    init(_ names: [TopicPartition]) {
        self.init(names.map { (name: $0, offset: Int64(RD_KAFKA_OFFSET_INVALID)) })
    }

    deinit {
        rd_kafka_topic_partition_list_destroy(pointer)
    }

    /// What stands in a list.
    static func entries(
        of list: UnsafePointer<rd_kafka_topic_partition_list_t>
    ) -> [(name: TopicPartition, offset: Int64, code: KafkaErrorCode)] {
        (0..<Int(list.pointee.cnt)).compactMap { index in
            let element = list.pointee.elems[index]
            guard let topic = element.topic else { return nil }
            return (
                name: TopicPartition(String(cString: topic), element.partition), offset: element.offset,
                code: KafkaErrorCode(element.err)
            )
        }
    }

    var entries: [(name: TopicPartition, offset: Int64, code: KafkaErrorCode)] { PartitionList.entries(of: pointer) }
}
