public import Connect

/// Writes `KeyValue` elements as messages of a topic: key, value (nil is a tombstone), headers in their order and the
/// element's time as the message's time.
///
///     .to(KafkaSink("invoices", ["bootstrap.servers": "localhost:9092", "compression.type": "zstd"]))
///
/// An element is done when the broker has confirmed its message (the client's delivery report). The partition is chosen by
/// the client from the key (`partitioner`), so that messages with equal keys keep their order. The client tries again
/// what fails for a while, without changing the order or writing twice (`enable.idempotence`, on unless the
/// configuration contradicts it); a message that cannot be delivered stops the pipeline with its position.
public struct KafkaSink: Sink {
    /// What the sink takes.
    public typealias Input = KeyValue

    /// Which topic a message goes to.
    enum Target: Sendable {
        case fixed(String)
        case chosen(@Sendable (KeyValue) throws -> String)
    }

    let target: Target
    let configuration: KafkaConfiguration
    let keepsTimestamps: Bool
    let connectTimeout: Duration
    /// Whether what is written is committed in transactions; then `transactional.id` is set.
    private(set) var isTransactional = false
    /// Whether transactions may be made on an embedded broker, which does not isolate them.
    private(set) var permitsEmbeddedTransactions = false

    /// A sink that writes to one topic.
    ///
    /// - Parameters:
    ///   - topic: the topic's name
    ///   - configuration: keys of librdkafka; `bootstrap.servers` at least
    ///   - keepsTimestamps: whether messages have the times of their elements; else that of writing, which the client
    ///     can do with less work
    ///   - connectTimeout: how long brokers may take to answer when the sink is opened
    public init(
        _ topic: String, _ configuration: KafkaConfiguration, keepsTimestamps: Bool = true,
        connectTimeout: Duration = .seconds(10)
    ) {
        self.init(.fixed(topic), configuration, keepsTimestamps, connectTimeout)
    }

    /// A sink that asks for the topic of each element.
    ///
    /// - Parameters:
    ///   - configuration: keys of librdkafka; `bootstrap.servers` at least
    ///   - keepsTimestamps: whether messages have the times of their elements
    ///   - connectTimeout: how long brokers may take to answer when the sink is opened
    ///   - topic: names the topic of an element; what it throws stops the pipeline at the element
    public init(
        _ configuration: KafkaConfiguration, keepsTimestamps: Bool = true, connectTimeout: Duration = .seconds(10),
        topic: @escaping @Sendable (KeyValue) throws -> String
    ) {
        self.init(.chosen(topic), configuration, keepsTimestamps, connectTimeout)
    }

    init(_ target: Target, _ configuration: KafkaConfiguration, _ keepsTimestamps: Bool, _ connectTimeout: Duration) {
        self.target = target
        self.configuration = configuration
        self.keepsTimestamps = keepsTimestamps
        self.connectTimeout = connectTimeout
    }

    /// The same sink, writing in transactions that hold the source's positions too: a reader with
    /// `isolation.level=read_committed` sees each element exactly once, whatever is killed in between.
    ///
    /// The source must be a ``KafkaSource`` of a group at the same brokers. Transactions are committed as often as the
    /// run commits (`checkpointEvery` of `RunOptions`). Where the brokers abort one, nothing of it took effect: everything since
    /// the last one is done again, and folds go back to what they held then. An instance that another one has taken the
    /// place of (fencing) ends with an error.
    ///
    /// - Parameter transactionalId: `transactional.id`: the same after each restart of an instance, and another one for
    ///   each instance that runs at the same time
    /// - Returns: the sink
    public func exactlyOnce(transactionalId: String) -> KafkaSink {
        var configuration = configuration
        configuration["transactional.id"] = transactionalId
        var sink = KafkaSink(target, configuration, keepsTimestamps, connectTimeout)
        sink.isTransactional = true
        sink.permitsEmbeddedTransactions = permitsEmbeddedTransactions
        return sink
    }

    /// The same sink, for tests of the calls that transactions consist of: an embedded broker takes them, and shows what
    /// was not committed all the same.
    package func permittingEmbeddedTransactions() -> KafkaSink {
        var sink = self
        sink.permitsEmbeddedTransactions = true
        return sink
    }

    /// What the plan must know of the sink.
    public var descriptor: SinkDescriptor {
        var topic = ""
        if case .fixed(let name) = target { topic = name }
        return SinkDescriptor(
            kind: "KafkaSink", target: topic, confirmation: .acknowledgement, hasQueue: true,
            transactionDomain: isTransactional ? configuration.transactionDomain : nil)
    }

    /// Makes the writer of a run.
    ///
    /// - Throws: `ConnectorError` with the code `configuration` where a key cannot be used
    public func makeWriter() throws -> KafkaWriter {
        try check()
        return KafkaWriter(self)
    }

    /// Checks the settings without connecting.
    ///
    /// - Throws: `ConnectorError` with the code `configuration`, which names the key
    func check() throws(ConnectorError) {
        if case .fixed("") = target {
            throw ConnectorError(.configuration, "no topic is named; name the one to write to")
        }
        if let id = configuration["transactional.id"] {
            if !isTransactional {
                throw ConnectorError(
                    .configuration,
                    "transactional.id is set, but the sink is not to be exactly-once; say .exactlyOnce(transactionalId:)"
                )
            }
            if id.isEmpty {
                throw ConnectorError(
                    .configuration,
                    "transactional.id is empty; give each instance one of its own, the same after a restart")
            }
        }
        try KafkaSettings.check(clientConfiguration(memory: nil), forced: forced)
    }

    /// How long calls of a transaction are tried again: as long as the brokers keep it open (`transaction.timeout.ms`).
    var transactionTimeout: Duration {
        .milliseconds(configuration["transaction.timeout.ms"].flatMap { Int($0) } ?? 60_000)
    }

    /// What cannot be otherwise.
    var forced: [ForcedSetting] {
        if !isTransactional { return [] }
        return [ForcedSetting(key: "enable.idempotence", value: "true", reason: "transactions rest on it")]
    }

    /// The client's keys: those of the user, and defaults for what he leaves open.
    ///
    /// - Parameter memory: how many bytes the client's queue may take
    /// - Returns: the keys for the client
    func clientConfiguration(memory: Int?) -> KafkaConfiguration {
        var defaults: KafkaConfiguration = ["queue.buffering.max.kbytes": "\(max(1, (memory ?? 32 << 20) >> 10))"]
        if permitsIdempotence { defaults["enable.idempotence"] = "true" }
        return configuration.merging(defaults: defaults)
    }

    /// Whether nothing that the user says contradicts writing without duplicates and in order.
    private var permitsIdempotence: Bool {
        let acknowledgements = configuration["acks"] ?? configuration["request.required.acks"] ?? "all"
        let inFlight = ["max.in.flight.requests.per.connection", "max.in.flight"].compactMap { configuration[$0] }
        let retries = ["retries", "message.send.max.retries"].compactMap { configuration[$0] }
        return ["all", "-1"].contains(acknowledgements) && inFlight.allSatisfy { Int($0) ?? 1 <= 5 }
            && !retries.contains("0") && configuration["queuing.strategy"] ?? "fifo" == "fifo"
    }
}
