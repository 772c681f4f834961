import CConnectRDKafka
import Connect
import Synchronization

/// A consumer of librdkafka. Belongs to the source's thread, but for commits.
///
/// A change of the group's shares is only noted while the client is polled; the reader carries it out between two polls.
/// So no message of a share that was taken away and given back can pass for one of the new share (librdkafka 2.0.2 gives
/// both out of one call).
final class KafkaConsumer {
    let client: KafkaClient
    private let queue: OpaquePointer
    private let changes: AssignmentChanges

    /// Makes a consumer; connects nothing yet.
    init(_ settings: consuming KafkaSettings, watch: ClientWatch) throws(ConnectorError) {
        let changes = AssignmentChanges()
        self.changes = changes
        client = try KafkaClient(RD_KAFKA_CONSUMER, settings, ClientCallbacks(watch, changes: changes))
        // Errors and changes come by the same queue as messages.
        rd_kafka_poll_set_consumer(client.pointer)
        queue = rd_kafka_queue_get_consumer(client.pointer)
    }

    deinit {
        rd_kafka_queue_destroy(queue)
    }

    /// Ends a wait for messages, from any thread.
    func interruption() -> @Sendable () -> Void {
        // The client keeps its queue as long as it lives itself.
        let waker = QueueWaker(client: client)
        return { waker.wake() }
    }

    func subscribe(to topics: [String]) throws(ConnectorError) {
        let list = PartitionList(topics.map { TopicPartition($0, -1) })
        try check(rd_kafka_subscribe(client.pointer, list.pointer), "the topics cannot be subscribed to")
    }

    /// Takes partitions without a group.
    func assign(_ entries: [(name: TopicPartition, offset: Int64)]) throws(ConnectorError) {
        let list = PartitionList(entries)
        try check(rd_kafka_assign(client.pointer, list.pointer), "partitions cannot be read")
    }

    /// The change of shares that is to be carried out next; nil where there is none.
    func nextChange() -> AssignmentChanges.Change? { changes.next() }

    /// Carries a change out: from now on the new share is read.
    func carryOut(
        _ change: AssignmentChanges.Change, at entries: [(name: TopicPartition, offset: Int64)]
    ) throws(ConnectorError) {
        let list = PartitionList(entries)
        let isCooperative = rd_kafka_rebalance_protocol(client.pointer).map { String(cString: $0) } == "COOPERATIVE"
        var failure: KafkaError?
        if isCooperative {
            let error =
                change.isAssignment
                ? rd_kafka_incremental_assign(client.pointer, list.pointer)
                : rd_kafka_incremental_unassign(client.pointer, list.pointer)
            failure = KafkaError.taking(error)
        } else {
            let code = rd_kafka_assign(client.pointer, change.isAssignment ? list.pointer : nil)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { failure = KafkaError(KafkaErrorCode(code)) }
        }
        // The group has gone on meanwhile: another change follows.
        if let failure, !failure.code.isOfRebalance {
            throw ConnectorError(failure, "the share of the group cannot be taken")
        }
    }

    /// Whether the group has given the share to others already, so that nothing of it may be committed.
    var hasLostAssignment: Bool { rd_kafka_assignment_lost(client.pointer) != 0 }

    /// Reads what is at hand.
    ///
    /// - Parameters:
    ///   - messages: takes the messages; empty
    ///   - count: how many are wanted at most
    ///   - timeout: how long to wait for the first, in milliseconds
    func read(into messages: MessageList, _ count: Int, timeout: Int32) {
        messages.fill(upTo: count) { room, count in
            rd_kafka_consume_batch_queue(queue, 0, room, count)
        }
        guard messages.isEmpty, timeout > 0, !changes.isWaiting else { return }
        // The client waits until as many are there as are asked for, or the time is over.
        messages.fill(upTo: 1) { room, _ in rd_kafka_consume_batch_queue(queue, timeout, room, 1) }
        guard !messages.isEmpty, count > 1, !changes.isWaiting else { return }
        messages.add { room, left in rd_kafka_consume_batch_queue(queue, 0, room, min(left, count - 1)) }
    }

    /// Serves the client without wanting messages; what comes all the same is added.
    func serve(_ messages: MessageList) {
        messages.add { room, left in rd_kafka_consume_batch_queue(queue, 0, room, min(left, 64)) }
    }

    func pause(_ names: [TopicPartition]) {
        let list = PartitionList(names)
        rd_kafka_pause_partitions(client.pointer, list.pointer)
    }

    func resume(_ names: [TopicPartition]) {
        let list = PartitionList(names)
        rd_kafka_resume_partitions(client.pointer, list.pointer)
    }

    /// What the group has committed; nil for partitions of which nothing is.
    func committed(_ names: [TopicPartition], timeout: Duration) throws(ConnectorError) -> [TopicPartition: Int64] {
        if names.isEmpty { return [:] }
        let list = PartitionList(names)
        try check(
            rd_kafka_committed(client.pointer, list.pointer, timeout.milliseconds),
            "what the group has committed cannot be read")
        return Dictionary(
            list.entries.filter { $0.offset >= 0 }.map { ($0.name, $0.offset) }, uniquingKeysWith: { $1 })
    }

    /// The offset of the first message of each partition at a time or after it; nil for those without.
    func offsets(at time: Int64, _ names: [TopicPartition], timeout: Duration) throws(ConnectorError)
        -> [TopicPartition: Int64]
    {
        if names.isEmpty { return [:] }
        let list = PartitionList(names.map { (name: $0, offset: time) })
        try check(
            rd_kafka_offsets_for_times(client.pointer, list.pointer, timeout.milliseconds),
            "the offsets of a time cannot be read")
        return Dictionary(
            list.entries.filter { $0.offset >= 0 }.map { ($0.name, $0.offset) }, uniquingKeysWith: { $1 })
    }

    /// Where a partition begins and ends, asked of its broker.
    func extent(of name: TopicPartition, timeout: Duration) throws(ConnectorError) -> Range<Int64> {
        var low: Int64 = 0
        var high: Int64 = 0
        try check(
            rd_kafka_query_watermark_offsets(
                client.pointer, name.topic, name.partition, &low, &high, timeout.milliseconds),
            "the end of \(name) cannot be read")
        return min(low, high)..<high
    }

    /// Where a partition ended when the client last heard of it; nil where it has not.
    func knownEnd(of name: TopicPartition) -> Int64? {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = rd_kafka_get_watermark_offsets(client.pointer, name.topic, name.partition, &low, &high)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    /// Leaves the group and closes. Everything that will be committed has been.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait for the broker
    ///   - scheduler: the run's time
    func close(timeout: Duration, _ scheduler: any Scheduler) {
        for change in changes.close() {
            // Should that fail, closing takes its whole time; there is nobody left to tell.
            try? carryOut(change, at: change.partitions.map { (name: $0, offset: Int64(RD_KAFKA_OFFSET_INVALID)) })
        }
        let closing = rd_kafka_queue_new(client.pointer)
        defer { rd_kafka_queue_destroy(closing) }
        if let error = rd_kafka_consumer_close_queue(client.pointer, closing) {
            rd_kafka_error_destroy(error)
            return
        }
        let deadline = scheduler.now.advanced(by: timeout)
        let messages = MessageList(capacity: 16)
        while rd_kafka_consumer_closed(client.pointer) == 0, scheduler.now < deadline {
            messages.drop { _ in true }
            messages.fill(upTo: 16) { room, count in rd_kafka_consume_batch_queue(closing, 50, room, count) }
        }
    }

    private func check(_ code: rd_kafka_resp_err_t, _ what: String) throws(ConnectorError) {
        if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
        throw ConnectorError(KafkaError(KafkaErrorCode(code)), what)
    }
}

/// Ends waits for messages. Keeps the client alive, whose queue it uses.
private final class QueueWaker: Sendable {
    private let client: KafkaClient

    init(client: KafkaClient) {
        self.client = client
    }

    func wake() {
        guard let queue = rd_kafka_queue_get_consumer(client.pointer) else { return }
        rd_kafka_queue_yield(queue)
        rd_kafka_queue_destroy(queue)
    }
}

extension KafkaError {
    /// Takes over an error of the client; nil is none.
    static func taking(_ error: OpaquePointer?) -> KafkaError? {
        guard let error else { return nil }
        defer { rd_kafka_error_destroy(error) }
        return KafkaError(
            KafkaErrorCode(rd_kafka_error_code(error)), String(cString: rd_kafka_error_string(error)))
    }
}
