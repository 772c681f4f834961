import CConnectRDKafka
import Connect

/// Commits offsets to the group. A commit is waited for, so that it counts before partitions are given up.
struct KafkaCommitter: PositionCommitter {
    /// How long an answer may take before the commit is tried again.
    static let timeout = Duration.seconds(10)

    private let client: KafkaClient

    init(_ client: KafkaClient) {
        self.client = client
    }

    func commit(_ positions: [Position]) throws {
        let list = PartitionList(
            positions.compactMap { position in
                TopicPartition(name: position.partition).map { (name: $0, offset: position.offset) }
            })
        let queue = rd_kafka_queue_new(client.pointer)
        defer { rd_kafka_queue_destroy(queue) }
        try check(rd_kafka_commit_queue(client.pointer, list.pointer, queue, nil, nil))
        guard let event = rd_kafka_queue_poll(queue, KafkaCommitter.timeout.milliseconds) else {
            throw ConnectorError(
                .unavailable, "a commit was not answered within \(KafkaCommitter.timeout)",
                cause: client.watch.lastTrouble)
        }
        defer { rd_kafka_event_destroy(event) }
        if let answered = rd_kafka_event_topic_partition_list(event) {
            for entry in PartitionList.entries(of: answered) { try check(entry.code.clientCode, entry.name) }
        }
        try check(rd_kafka_event_error(event))
        client.watch.noteAnswer()
    }

    private func check(_ code: rd_kafka_resp_err_t, _ name: TopicPartition? = nil) throws(ConnectorError) {
        if code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__NO_OFFSET { return }
        let place = name.map { " of \($0)" } ?? ""
        throw ConnectorError(KafkaError(KafkaErrorCode(code)), "the offset\(place) cannot be committed")
    }
}
