public import Connect

/// Reads the messages of topics as `KeyValue` elements: key, value, headers in their order, and the message's time,
/// which is the event time too.
///
///     let kafka: KafkaConfiguration = ["bootstrap.servers": "localhost:9092"]
///     Pipeline("copy")
///         .root(KafkaSource("orders", group: "billing", kafka))
///         .to(KafkaSink("invoices", kafka))
///
/// At-least-once: an offset is committed to the group when everything before it is done. `enable.auto.commit` and
/// `enable.auto.offset.store` are off and cannot be set. Before a partition goes to another member of the group, what is
/// under way of it is drained and committed. By default messages of transactions that were not committed are left out
/// (`isolation.level=read_committed`), and a group without offsets begins at the start (`auto.offset.reset=earliest`).
///
/// A bounded source reads up to where the partitions end when it is opened, and ends. It takes all partitions for
/// itself, without joining the group: nobody else may be active in it then. Without a group its positions are kept in the
/// run's `CheckpointStore`.
public struct KafkaSource: Source {
    /// What the source gives.
    public typealias Element = KeyValue

    let topics: [String]
    let group: String?
    let configuration: KafkaConfiguration
    let start: KafkaStart
    let isBounded: Bool
    let connectTimeout: Duration
    let revokeTimeout: Duration
    private(set) var keepsHeaders = true

    /// A source that reads as a member of a group, and does not end.
    ///
    /// - Parameters:
    ///   - topic: the name of the topic; one that begins with `^` is a regular expression (librdkafka's)
    ///   - group: the consumer group (`group.id`), which shares the partitions among its members
    ///   - configuration: keys of librdkafka; `bootstrap.servers` at least
    ///   - start: where reading begins in partitions without a committed offset
    ///   - connectTimeout: how long brokers may take to answer when the source is opened
    ///   - revokeTimeout: how long what is under way of a partition may take to drain when the partition is given up;
    ///     what is not done by then comes again at its next owner. Less than `max.poll.interval.ms`
    public init(
        _ topic: String, group: String, _ configuration: KafkaConfiguration, start: KafkaStart = .reset,
        connectTimeout: Duration = .seconds(10), revokeTimeout: Duration = .seconds(30)
    ) {
        self.init(
            topics: [topic], group: group, configuration, start: start, connectTimeout: connectTimeout,
            revokeTimeout: revokeTimeout)
    }

    /// A source that reads several topics as a member of a group, and does not end.
    ///
    /// - Parameters:
    ///   - topics: the names of the topics, or regular expressions that begin with `^`
    ///   - group: the consumer group (`group.id`), which shares the partitions among its members
    ///   - configuration: keys of librdkafka; `bootstrap.servers` at least
    ///   - start: where reading begins in partitions without a committed offset
    ///   - connectTimeout: how long brokers may take to answer when the source is opened
    ///   - revokeTimeout: how long what is under way of a partition may take to drain when the partition is given up
    public init(
        topics: [String], group: String, _ configuration: KafkaConfiguration, start: KafkaStart = .reset,
        connectTimeout: Duration = .seconds(10), revokeTimeout: Duration = .seconds(30)
    ) {
        self.init(
            topics, group, configuration, start, isBounded: false, connectTimeout: connectTimeout,
            revokeTimeout: revokeTimeout)
    }

    /// A source that reads a topic up to where its partitions end when it is opened.
    ///
    /// - Parameters:
    ///   - topic: the name of the topic
    ///   - group: where to commit offsets and go on after a restart; nil for the run's checkpoint store
    ///   - configuration: keys of librdkafka; `bootstrap.servers` at least
    ///   - start: where reading begins in partitions without a committed offset
    ///   - connectTimeout: how long brokers may take to answer when the source is opened
    /// - Returns: a source that ends
    public static func bounded(
        _ topic: String, group: String? = nil, _ configuration: KafkaConfiguration, start: KafkaStart = .reset,
        connectTimeout: Duration = .seconds(10)
    ) -> KafkaSource {
        bounded(topics: [topic], group: group, configuration, start: start, connectTimeout: connectTimeout)
    }

    /// A source that reads several topics up to where their partitions end when it is opened.
    ///
    /// - Parameters:
    ///   - topics: the names of the topics
    ///   - group: where to commit offsets and go on after a restart; nil for the run's checkpoint store
    ///   - configuration: keys of librdkafka; `bootstrap.servers` at least
    ///   - start: where reading begins in partitions without a committed offset
    ///   - connectTimeout: how long brokers may take to answer when the source is opened
    /// - Returns: a source that ends
    public static func bounded(
        topics: [String], group: String? = nil, _ configuration: KafkaConfiguration, start: KafkaStart = .reset,
        connectTimeout: Duration = .seconds(10)
    ) -> KafkaSource {
        KafkaSource(topics, group, configuration, start, isBounded: true, connectTimeout: connectTimeout)
    }

    init(
        _ topics: [String], _ group: String?, _ configuration: KafkaConfiguration, _ start: KafkaStart,
        isBounded: Bool, connectTimeout: Duration, revokeTimeout: Duration = .seconds(30)
    ) {
        self.topics = topics
        self.group = group ?? configuration["group.id"]
        self.configuration = configuration
        self.start = start
        self.isBounded = isBounded
        self.connectTimeout = connectTimeout
        self.revokeTimeout = revokeTimeout
    }

    /// A source that leaves headers out. Looking for them takes the client about a third of what reading a message of 100
    /// bytes costs, also where there are none (librdkafka 2.0.2): what needs none reads faster without.
    ///
    /// - Returns: the same source, whose elements have no headers
    public func withoutHeaders() -> KafkaSource {
        var source = self
        source.keepsHeaders = false
        return source
    }

    /// What the plan must know of the source.
    public var descriptor: SourceDescriptor {
        SourceDescriptor(
            kind: "KafkaSource", origin: topics.joined(separator: ","), isBounded: isBounded,
            resumption: group == nil ? .checkpointStore : .source, hasDuties: true, hasQueue: true,
            isShared: group != nil,
            transactionDomain: group == nil ? nil : configuration.transactionDomain)
    }

    /// Makes the reader of a run.
    ///
    /// - Throws: `ConnectorError` with the code `configuration` where a key cannot be used
    public func makeReader() throws -> KafkaReader {
        try check()
        return KafkaReader(self)
    }

    /// Checks the settings without connecting.
    ///
    /// - Throws: `ConnectorError` with the code `configuration`, which names the key
    func check() throws(ConnectorError) {
        if topics.isEmpty || topics.contains("") {
            throw ConnectorError(.configuration, "no topic is named; name one at least")
        }
        if isBounded, let pattern = topics.first(where: { $0.hasPrefix("^") }) {
            throw ConnectorError(
                .configuration, "a bounded source cannot read the pattern \"\(pattern)\"; name the topics")
        }
        if group?.isEmpty ?? !isBounded {
            throw ConnectorError(
                .configuration, "group.id is missing; name the group that shares the partitions and keeps the offsets")
        }
        try KafkaSettings.check(clientConfiguration(memory: nil), forced: KafkaSource.forced)
    }

    /// What cannot be otherwise.
    static let forced = [
        ForcedSetting(
            key: "enable.auto.commit", value: "false", reason: "offsets are committed when their messages are done"),
        ForcedSetting(
            key: "enable.auto.offset.store", value: "false",
            reason: "offsets are committed when their messages are done"),
        ForcedSetting(
            key: "enable.partition.eof", value: "true", reason: "it tells the source where a partition ends"),
    ]

    /// The client's keys: those of the user, and defaults for what he leaves open.
    ///
    /// - Parameter memory: how many bytes the client's queue may take
    /// - Returns: the keys for the client
    func clientConfiguration(memory: Int?) -> KafkaConfiguration {
        var configuration = configuration
        // A member's name would be of no use to a client that takes its partitions itself; the group keeps its offsets.
        configuration["group.id"] = group ?? "connect-without-group"
        let queue = memory ?? 16 << 20
        var defaults: KafkaConfiguration = [
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            // Only bytes count: the client sleeps for a second once either bound is reached.
            "queued.min.messages": "1000000",
            "queued.max.messages.kbytes": "\(max(1, queue >> 11))",
            // One answer of a broker may be that large.
            "fetch.max.bytes": "\(max(configuration["message.max.bytes"].flatMap { Int($0) } ?? 1 << 20, queue / 2))",
        ]
        // The one is another name of the other: the user's must not be overwritten.
        if configuration["max.partition.fetch.bytes"] == nil {
            defaults["fetch.message.max.bytes"] = "\(max(64 << 10, min(1 << 20, queue / 4)))"
        }
        // Where the client has a bound for that sleep, it is a short one.
        if KafkaLibrary.hasKey("fetch.queue.backoff.ms") { defaults["fetch.queue.backoff.ms"] = "20" }
        return configuration.merging(defaults: defaults)
    }
}
