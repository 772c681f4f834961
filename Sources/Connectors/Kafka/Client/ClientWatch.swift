import Connect
import Logging
import Synchronization

/// What a client has told of itself: its last trouble, and the failure that ends it.
final class ClientWatch: Sendable {
    private struct State: Sendable {
        var lastTrouble: KafkaError?
        var fatal: KafkaError?
    }

    private let state = Mutex(State())
    /// Whether the brokers were said to be away, and have not been heard of since.
    private let isAway = Atomic<Bool>(false)
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// The last trouble, for messages of what did not work in time.
    var lastTrouble: KafkaError? { state.withLock { $0.lastTrouble } }

    /// What has ended the client for good; nil where it works.
    var fatal: KafkaError? { state.withLock { $0.fatal } }

    /// Notes an error that the client has found beside its work. Most pass: the client tries again by itself.
    func note(_ error: KafkaError) {
        state.withLock { $0.lastTrouble = error }
        if isAway.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged {
            logger.warning("Kafka is away, waiting for it: \(error)")
        }
    }

    /// Notes an error that ends the client.
    func noteFatal(_ error: KafkaError) {
        state.withLock { $0.fatal = $0.fatal ?? error }
    }

    /// The brokers have answered.
    func noteAnswer() {
        if isAway.load(ordering: .relaxed), isAway.exchange(false, ordering: .relaxed) {
            logger.info("Kafka is back")
        }
    }

    /// What the client writes into its log.
    func log(_ level: Int32, _ text: String) {
        logger.debug("\(text)", metadata: ["level": "\(level)"])
    }
}
