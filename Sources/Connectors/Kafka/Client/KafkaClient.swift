import CConnectRDKafka
import Connect

/// A handle of librdkafka. Polling, pausing and closing belong to one thread, its owner.
final class KafkaClient: @unchecked Sendable {
    // Proof for `@unchecked Sendable`: the pointer never changes and lives until the last reference is gone; librdkafka
    // lets any thread call its functions on one handle (INTRODUCTION.md, "Threads and callbacks"). What its callbacks use
    // is Sendable, but for the reports: these are called and used by the thread that owns the producer only.
    let pointer: OpaquePointer
    let watch: ClientWatch
    /// Let go of behind the client.
    private let callbacks: ClientCallbacks

    /// Makes a client.
    ///
    /// - Throws: `ConnectorError` where its settings contradict each other
    init(
        _ type: rd_kafka_type_t, _ settings: consuming KafkaSettings, _ callbacks: ClientCallbacks
    ) throws(ConnectorError) {
        self.callbacks = callbacks
        watch = callbacks.watch
        callbacks.install(in: settings)
        pointer = try settings.makeClient(type)
    }

    deinit {
        // Consumers leave their group when they are closed, not here: that could take as long as a broker is away.
        rd_kafka_destroy_flags(pointer, Int32(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE))
    }

    /// What has ended a client for good.
    static func fatal(of client: OpaquePointer?) -> KafkaError? {
        if rd_kafka_fatal_error(client, nil, 0) == RD_KAFKA_RESP_ERR_NO_ERROR { return nil }
        var text = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_fatal_error(client, &text, text.count)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR { return nil }
        return KafkaError(KafkaErrorCode(code), KafkaSettings.text(text))
    }

    /// What has ended this client for good; nil where it works.
    var fatal: KafkaError? { watch.fatal ?? KafkaClient.fatal(of: pointer) }

    /// Whether the brokers are a mock cluster of librdkafka, such as an embedded Kafka is; known once they have answered.
    var isEmbedded: Bool {
        guard let name = rd_kafka_clusterid(pointer, 1_000) else { return false }
        defer { rd_kafka_mem_free(pointer, name) }
        return String(cString: name).hasPrefix("mockCluster")
    }

    /// Makes sure that the brokers can be reached and topics exist.
    ///
    /// - Parameters:
    ///   - topics: whose partitions are wanted; none only asks for the brokers
    ///   - wait: how long to wait, and what may end that early
    /// - Returns: how many partitions each topic has
    /// - Throws: `ConnectorError` that names the key and the mend
    func describe(_ topics: [String], _ wait: ConnectWait) throws(ConnectorError) -> [String: Int] {
        var counts: [String: Int] = [:]
        if topics.isEmpty { _ = try partitionCount(of: nil, wait) }
        for topic in topics { counts[topic] = try partitionCount(of: topic, wait) }
        watch.noteAnswer()
        return counts
    }

    private func partitionCount(of topic: String?, _ wait: ConnectWait) throws(ConnectorError) -> Int {
        while true {
            let failure: KafkaError
            switch metadata(of: topic, timeout: wait.slice) {
            case .success(let count): return count
            case .failure(let error): failure = error
            }
            // What went wrong beside is told by the client's events. The pause is for answers that come at once.
            if rd_kafka_type(pointer) == RD_KAFKA_PRODUCER { rd_kafka_poll(pointer, 50) } else { serveEvents() }
            if let fatal { throw ConnectorError(fatal, "the client cannot work") }
            // A topic that was just made has no leader yet; brokers may be on their way up.
            if failure.code.isPassing, !wait.isOver { continue }
            if let topic, !failure.code.isPassing { throw ConnectorError(failure, "topic \"\(topic)\" cannot be used") }
            throw wait.isInterrupted
                ? ConnectorError(.unavailable, "stopped before Kafka answered") : away(wait, failure)
        }
    }

    private func away(_ wait: ConnectWait, _ failure: KafkaError) -> ConnectorError {
        let trouble = watch.lastTrouble ?? failure
        let mend =
            trouble.code.mend ?? "see whether bootstrap.servers and security.protocol are right and the brokers run"
        return ConnectorError(
            .unavailable,
            "no broker of bootstrap.servers=\(wait.brokers) answered within \(wait.timeout): \(trouble); \(mend)",
            cause: trouble)
    }

    private func serveEvents() {
        guard let message = rd_kafka_consumer_poll(pointer, 50) else { return }
        rd_kafka_message_destroy(message)
    }

    private func metadata(of topic: String?, timeout: Int32) -> Result<Int, KafkaError> {
        var handle: OpaquePointer?
        if let topic {
            handle = rd_kafka_topic_new(pointer, topic, nil)
            guard handle != nil else { return .failure(KafkaError(KafkaErrorCode(rd_kafka_last_error()))) }
        }
        defer { if let handle { rd_kafka_topic_destroy(handle) } }
        var found: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(pointer, 0, handle, &found, timeout)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let found else { return .failure(KafkaError(KafkaErrorCode(code))) }
        defer { rd_kafka_metadata_destroy(found) }
        if topic == nil { return .success(0) }
        guard found.pointee.topic_cnt > 0, let first = found.pointee.topics else {
            return .failure(KafkaError(KafkaErrorCode(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)))
        }
        if first.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR {
            return .failure(KafkaError(KafkaErrorCode(first.pointee.err)))
        }
        return .success(Int(first.pointee.partition_cnt))
    }
}

/// How long to wait for brokers when a source or sink is opened.
struct ConnectWait {
    /// What bootstrap.servers says, for messages.
    var brokers: String
    var timeout: Duration
    private let deadline: MonotonicTime
    private let scheduler: any Scheduler
    private let interrupt: Interrupt?

    init(_ configuration: KafkaConfiguration, _ timeout: Duration, _ scheduler: any Scheduler, _ interrupt: Interrupt?)
    {
        brokers = configuration["bootstrap.servers"] ?? configuration["metadata.broker.list"] ?? ""
        self.timeout = timeout
        self.scheduler = scheduler
        self.interrupt = interrupt
        deadline = scheduler.now.advanced(by: timeout)
    }

    var isInterrupted: Bool { interrupt?.isRaised ?? false }

    var isOver: Bool { isInterrupted || scheduler.now >= deadline }

    /// How long to ask at a time, in milliseconds: short, so that an interruption is noticed.
    var slice: Int32 { min(500, max(50, scheduler.now.milliseconds(until: deadline))) }
}

extension MonotonicTime {
    /// Whole milliseconds until a later time, rounded up; 0 where it has passed.
    func milliseconds(until later: MonotonicTime) -> Int32 {
        guard later > self else { return 0 }
        return Int32(clamping: (later.nanoseconds - nanoseconds + 999_999) / 1_000_000)
    }
}

extension Duration {
    /// Whole milliseconds, as librdkafka takes them.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        return Int32(
            clamping: seconds.multipliedReportingOverflow(by: 1000).partialValue + attoseconds / 1_000_000_000_000_000)
    }
}
