import CConnectRDKafka
public import ConnectKafka

/// Faults, for tests of what clients do about them.
extension EmbeddedKafka {
    /// How one request is answered.
    public struct Answer: Sendable, Hashable {
        /// The error that the client gets; nil lets the request do its work.
        public var error: KafkaErrorCode?
        /// How long the answer is held back, beside the round-trip time of the broker; whole milliseconds.
        public var delay: Duration

        /// An answer.
        ///
        /// - Parameters:
        ///   - error: what the client gets; nil lets the request do its work
        ///   - delay: how long the answer is held back; whole milliseconds
        public init(_ error: KafkaErrorCode? = nil, delay: Duration = .zero) {
            self.error = error
            self.delay = delay
        }
    }

    /// What a coordinator looks after.
    public enum Coordinated: Sendable, Hashable {
        /// A group of consumers, by its `group.id`.
        case group(String)
        /// A producer with transactions, by its `transactional.id`.
        case transaction(String)
    }

    /// Lets the next requests of a kind fail, at whatever broker they come: the first with the first error and so on,
    /// behind those that were queued before. The client library's own `_TRANSPORT` cuts the connection.
    ///
    /// A broker that was told by ``answerNext(_:at:with:)`` how to answer this kind never looks here again.
    ///
    /// - Parameters:
    ///   - kind: which requests
    ///   - errors: their errors, in order; 0 lets one do its work
    /// - Throws: where this was stopped
    public func failNext(_ kind: RequestKind, with errors: [KafkaErrorCode]) throws(EmbeddedKafkaError) {
        let codes = errors.map { rd_kafka_resp_err_t(rawValue: $0.rawValue) }
        try withCluster { rd_kafka_mock_push_request_errors_array($0, kind.rawValue, codes.count, codes) }
    }

    /// Takes back what was queued by ``failNext(_:with:)``.
    ///
    /// - Parameter kind: which requests
    /// - Throws: where this was stopped
    public func clearErrors(_ kind: RequestKind) throws(EmbeddedKafkaError) {
        try withCluster { rd_kafka_mock_clear_request_errors($0, kind.rawValue) }
    }

    /// Says how a broker answers its next requests of a kind, each once and in order, behind those that were queued
    /// before. It cannot be taken back.
    ///
    /// - Parameters:
    ///   - kind: which requests
    ///   - broker: the number of the broker
    ///   - answers: what they get, in order
    /// - Throws: where there is no such broker, and where this was stopped
    public func answerNext(
        _ kind: RequestKind, at broker: Int, with answers: [Answer]
    ) throws(EmbeddedKafkaError) {
        let number = try id(of: broker)
        let result = try withCluster { cluster in
            for answer in answers {
                let code = rd_kafka_resp_err_t(rawValue: answer.error?.rawValue ?? 0)
                let result = connect_mock_broker_push_answer(
                    cluster, number, kind.rawValue, code, answer.delay.milliseconds)
                if result.rawValue != 0 { return result.rawValue }
            }
            return 0
        }
        try EmbeddedKafka.check(result, "queue answers at broker \(broker)")
    }

    /// How many answers that were queued by ``answerNext(_:at:with:)`` no request has taken yet.
    ///
    /// - Parameters:
    ///   - kind: which requests
    ///   - broker: the number of the broker
    /// - Returns: 0 where all are taken
    /// - Throws: where there is no such broker, and where this was stopped
    public func answersLeft(_ kind: RequestKind, at broker: Int) throws(EmbeddedKafkaError) -> Int {
        let number = try id(of: broker)
        return try withCluster { cluster in
            var count = 0
            rd_kafka_mock_broker_error_stack_cnt(cluster, number, kind.rawValue, &count)
            return count
        }
    }

    /// Closes the port of a broker and cuts all its connections. Leaders stay where they are.
    ///
    /// Not while this process starts another one: that has the port open for a moment, and librdkafka, which finds it taken
    /// where it wants to keep it, ends the process.
    ///
    /// - Parameter broker: the number of the broker; nil means all
    /// - Throws: where there is no such broker, and where this was stopped
    public func takeDown(broker: Int? = nil) throws(EmbeddedKafkaError) {
        let number = try id(of: broker)
        let result = try withCluster { rd_kafka_mock_broker_set_down($0, number).rawValue }
        try EmbeddedKafka.check(result, "take the broker down")
        reservedPorts.reserve(broker)
    }

    /// Opens the port of a broker again: the same one.
    ///
    /// - Parameter broker: the number of the broker; nil means all
    /// - Throws: where there is no such broker, where somebody else has its port, and where this was stopped
    public func bringUp(broker: Int? = nil) throws(EmbeddedKafkaError) {
        let number = try id(of: broker)
        if let port = reservedPorts.firstTaken(broker) {
            throw EmbeddedKafkaError(
                .notStarted,
                "a broker cannot come up again: its port \(port) was given to somebody else meanwhile; "
                    + "end who has it, or start another embedded Kafka")
        }
        let result = try withCluster { rd_kafka_mock_broker_set_up($0, number).rawValue }
        reservedPorts.release(broker)
        try EmbeddedKafka.check(result, "bring the broker up")
    }

    /// Holds back all answers of a broker.
    ///
    /// - Parameters:
    ///   - time: for how long; whole milliseconds
    ///   - broker: the number of the broker; nil means all
    /// - Throws: where there is no such broker, and where this was stopped
    public func setRoundTripTime(_ time: Duration, broker: Int? = nil) throws(EmbeddedKafkaError) {
        let number = try id(of: broker)
        let result = try withCluster { rd_kafka_mock_broker_set_rtt($0, number, time.milliseconds).rawValue }
        try EmbeddedKafka.check(result, "set the round-trip time")
    }

    /// Makes a broker the leader of a partition. A topic that does not exist is made, with partitions up to this one.
    ///
    /// - Parameters:
    ///   - topic: the name of the topic
    ///   - partition: the number of the partition
    ///   - broker: the number of the broker; nil leaves the partition without a leader
    /// - Throws: where there is no such broker or partition, and where this was stopped
    public func setLeader(of topic: String, _ partition: Int, to broker: Int?) throws(EmbeddedKafkaError) {
        try Topic.check(name: topic)
        // -1 is what `id(of:)` makes of nil; here it means none.
        let number = try id(of: broker)
        let partitionNumber = try id(of: partition, topic)
        let result = try withCluster {
            rd_kafka_mock_partition_set_leader($0, topic, partitionNumber, number).rawValue
        }
        try check(result, topic, partition, "set the leader")
    }

    /// Makes a broker the one that consumers are sent to for the records of a partition, as that of their own rack is.
    /// A topic that does not exist is made, with partitions up to this one.
    ///
    /// - Parameters:
    ///   - topic: the name of the topic
    ///   - partition: the number of the partition
    ///   - broker: the number of the broker; nil sends consumers to the leader again
    /// - Throws: where there is no such broker or partition, and where this was stopped
    public func setFollower(of topic: String, _ partition: Int, to broker: Int?) throws(EmbeddedKafkaError) {
        try Topic.check(name: topic)
        let number = try id(of: broker)
        let partitionNumber = try id(of: partition, topic)
        let result = try withCluster {
            rd_kafka_mock_partition_set_follower($0, topic, partitionNumber, number).rawValue
        }
        try check(result, topic, partition, "set the follower")
    }

    /// Says which records of a partition its follower has, beside those that the leader has.
    ///
    /// - Parameters:
    ///   - topic: the name of the topic
    ///   - partition: the number of the partition
    ///   - first: the offset of the first record; nil takes that of the leader
    ///   - end: the offset behind the last record; nil takes that of the leader
    /// - Throws: where there is no such partition, and where this was stopped
    public func setFollowerOffsets(
        of topic: String, _ partition: Int, first: Int64?, end: Int64?
    ) throws(EmbeddedKafkaError) {
        try Topic.check(name: topic)
        let partitionNumber = try id(of: partition, topic)
        let result = try withCluster {
            rd_kafka_mock_partition_set_follower_wmarks($0, topic, partitionNumber, first ?? -1, end ?? -1).rawValue
        }
        try check(result, topic, partition, "set the offsets of the follower")
    }

    /// Makes a broker the coordinator of a group or a transaction.
    ///
    /// - Parameters:
    ///   - coordinated: what it looks after
    ///   - broker: the number of the broker; one that does not exist leaves clients without a coordinator
    /// - Throws: where this was stopped
    public func setCoordinator(of coordinated: Coordinated, to broker: Int) throws(EmbeddedKafkaError) {
        let (kind, name) =
            switch coordinated {
            case .group(let name): ("group", name)
            case .transaction(let name): ("transaction", name)
            }
        let number = Int32(clamping: broker)
        let result = try withCluster { rd_kafka_mock_coordinator_set($0, kind, name, number).rawValue }
        try EmbeddedKafka.check(result, "set the coordinator")
    }

    /// Lets clients get an error when they ask about a topic, or take it up into a transaction. A topic that does not
    /// exist is made.
    ///
    /// - Parameters:
    ///   - topic: the name of the topic
    ///   - error: what they get; nil lets everything be well again
    /// - Throws: where this was stopped
    public func setError(of topic: String, to error: KafkaErrorCode?) throws(EmbeddedKafkaError) {
        try setError(error?.rawValue ?? 0, of: topic)
    }

    /// Takes all faults back: brokers are up and answer at once, no error waits for a request or stands at a topic.
    ///
    /// Answers that were queued at single brokers stay queued, and leaders, followers and coordinators where they are.
    ///
    /// - Throws: where this was stopped
    public func endFaults() throws(EmbeddedKafkaError) {
        try bringUp()
        try setRoundTripTime(.zero)
        for topic in topicsWithErrors { try setError(of: topic, to: nil) }
        // Kinds without errors cost a look each; there are fewer than a hundred.
        try withCluster { cluster in
            for kind in Int16(0)..<100 { rd_kafka_mock_clear_request_errors(cluster, kind) }
        }
    }

    /// The number of a broker as the library takes it, -1 for all.
    private func id(of broker: Int?) throws(EmbeddedKafkaError) -> Int32 {
        guard let broker else { return -1 }
        guard brokers.contains(broker) else {
            throw EmbeddedKafkaError(
                .unknownBroker, "there is no broker \(broker); the brokers are 1 to \(brokers.upperBound)")
        }
        return Int32(broker)
    }

    /// The number of a partition as the library takes it, which does not look at it closely.
    private func id(of partition: Int, _ topic: String) throws(EmbeddedKafkaError) -> Int32 {
        guard 0..<Topic.mostPartitions ~= partition else {
            throw EmbeddedKafkaError(.unknownPartition, "topic \"\(topic)\" has no partition \(partition)")
        }
        return Int32(partition)
    }

    private func check(
        _ result: Int32, _ topic: String, _ partition: Int, _ what: String
    ) throws(EmbeddedKafkaError) {
        if result == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART.rawValue {
            throw EmbeddedKafkaError(.unknownPartition, "topic \"\(topic)\" has no partition \(partition)")
        }
        try EmbeddedKafka.check(result, what)
    }
}

extension Duration {
    /// Whole milliseconds, at least as long, within what the library takes.
    fileprivate var milliseconds: Int32 {
        let (seconds, rest) = components
        let part = (rest + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(clamping: max(0, Int64(clamping: Int128(seconds) * 1000 + Int128(part))))
    }
}
