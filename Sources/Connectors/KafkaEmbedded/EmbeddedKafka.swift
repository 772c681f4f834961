import CConnectRDKafka
import Connect
import ConnectKafka

/// A small Kafka inside this process, for tests and for trying things out: the mock brokers of librdkafka.
///
/// ```swift
/// let kafka = try EmbeddedKafka(topics: [EmbeddedKafka.Topic("orders", partitions: 16)])
/// // … clients with bootstrap.servers=kafka.bootstrapServers …
/// kafka.stop()
/// ```
///
/// It is no Kafka to put data into:
/// - Everything is in memory and gone with it.
/// - About 5 MiB or 100,000 batches per partition are kept, whichever is reached first; what is older is dropped.
/// - It listens on the loopback interface only, and clients on librdkafka only can talk to it.
/// - Transactions are not isolated: consumers see what was never committed.
/// - Topics that a client names come into being, with 4 partitions.
///
/// All methods may be called from any thread. They wait for the thread of the brokers, about a millisecond.
public final class EmbeddedKafka: Sendable {
    private struct State: Sendable {
        /// Nil once it is stopped.
        var cluster: MockCluster?
        var topicsWithErrors: Set<String> = []
        /// When the brokers can be called again.
        var readyAt = SystemScheduler.shared.now
    }

    /// The addresses of the brokers, as `bootstrap.servers` takes them: `127.0.0.1:41237`.
    public let bootstrapServers: String
    /// The numbers of the brokers.
    public let brokers: ClosedRange<Int>

    private let state: Guarded<State>
    private let pause: Monitor.Condition
    let reservedPorts: ReservedPorts
    // The brokers call it for as long as they live.
    private let receiver: MessageReceiver

    /// Starts brokers.
    ///
    /// - Parameters:
    ///   - brokers: how many, from 1 to 100
    ///   - topics: what topics there are from the start
    ///   - onMessage: called on threads of the brokers with each error that they report, such as a request that they do
    ///     not know; by default nobody hears of it. It must not call this object.
    /// - Throws: where a number or a name cannot be, a topic is there twice or the system has no room
    public init(
        brokers: Int = 1, topics: [Topic] = [], onMessage: (@Sendable (String) -> Void)? = nil
    ) throws(EmbeddedKafkaError) {
        // Where a broker finds no port the library ends the process: few enough always find one.
        guard 1...100 ~= brokers else {
            throw EmbeddedKafkaError(.invalidArgument, "\(brokers) brokers are not possible; take 1 to 100")
        }
        for topic in topics { try topic.check() }
        let receiver = MessageReceiver(onMessage)
        let cluster = try MockCluster(brokers, receiver)
        self.receiver = receiver
        self.brokers = 1...brokers
        bootstrapServers = cluster.addresses
        reservedPorts = ReservedPorts(of: cluster.addresses)
        state = Guarded(State(cluster: cluster), scheduler: SystemScheduler.shared)
        pause = state.monitor.makeCondition()
        for topic in topics { try createTopic(topic.name, partitions: topic.partitions) }
    }

    deinit {
        stop()
    }

    /// Ends the brokers, with all data. Their ports are closed when this returns, their memory is given back about a
    /// second later. Once is enough; more does no harm.
    public func stop() {
        // Under the lock: a call of another thread is over before, or finds nothing.
        let stopped = paced { state in
            let cluster = state.cluster
            if let pointer = cluster?.pointer { rd_kafka_mock_broker_set_down(pointer, -1) }
            state.cluster = nil
            return cluster
        }
        guard let stopped else { return }
        // Not here: a thread of the library looks only once a second whether it is to end.
        SystemScheduler.shared.spawn(name: "kafka-end") { [receiver] in
            stopped.destroy()
            withExtendedLifetime(receiver) {}
        }
    }

    /// Makes a topic.
    ///
    /// - Parameters:
    ///   - name: 1 to 249 letters, digits, dots, underscores and hyphens
    ///   - partitions: how many partitions it has, from 1 to 10,000
    /// - Throws: where it exists already or cannot be, and where this was stopped
    public func createTopic(
        _ name: String, partitions: Int = Topic.automaticPartitions
    ) throws(EmbeddedKafkaError) {
        try Topic(name, partitions: partitions).check()
        let copies = Int32(min(3, brokers.count))
        let result = try withCluster { rd_kafka_mock_topic_create($0, name, Int32(partitions), copies).rawValue }
        if result == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS.rawValue {
            throw EmbeddedKafkaError(.topicExists, "there is a topic \"\(name)\" already")
        }
        try EmbeddedKafka.check(result, "make the topic \"\(name)\"")
    }

    /// Sets or takes back the error that clients get at a topic.
    func setError(_ code: Int32, of topic: String) throws(EmbeddedKafkaError) {
        try Topic.check(name: topic)
        try withCluster { rd_kafka_mock_topic_set_error($0, topic, rd_kafka_resp_err_t(rawValue: code)) }
        state.withLock { state in
            if code == 0 { state.topicsWithErrors.remove(topic) } else { state.topicsWithErrors.insert(topic) }
        }
    }

    /// The topics at which clients get errors.
    var topicsWithErrors: Set<String> { state.withLock(\.topicsWithErrors) }

    /// Calls the library, unless this was stopped.
    func withCluster<Result: Sendable>(_ body: (OpaquePointer) -> Result) throws(EmbeddedKafkaError) -> Result {
        let result = paced { state in state.cluster?.pointer.map(body) }
        guard let result else { throw EmbeddedKafkaError(.stopped, "it was stopped before") }
        return result
    }

    /// Calls the library a little after its last call has come back.
    ///
    /// Its thread answers a call first and then empties the pipe that wakes it. A call that comes between the two would
    /// not wake it: the thread would look at it after a second only.
    private func paced<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        state.waitWithLock { state in
            if state.cluster != nil, SystemScheduler.shared.now < state.readyAt {
                return .wait(pause, until: state.readyAt)
            }
            let result = body(&state)
            state.readyAt = SystemScheduler.shared.now.advanced(by: .milliseconds(1))
            return .done(result)
        }
    }

    /// Turns what the library answers into an error.
    static func check(_ result: Int32, _ what: String) throws(EmbeddedKafkaError) {
        if result == 0 { return }
        throw EmbeddedKafkaError(.refused, "cannot \(what): \(KafkaErrorCode(rawValue: result))")
    }
}
