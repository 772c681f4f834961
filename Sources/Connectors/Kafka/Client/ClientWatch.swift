import CConnectRDKafka
import Connect
import Logging
import Synchronization

/// What a client has told of itself: its last trouble, and the failure that ends it.
final class ClientWatch: Sendable {
    private struct State: Sendable {
        var lastTrouble: KafkaError?
        var fatal: KafkaError?
        var assignmentChanges: AssignmentChanges?
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

    /// Where changes of a group's shares are noted; nil for producers.
    var assignmentChanges: AssignmentChanges? { state.withLock { $0.assignmentChanges } }

    func setAssignmentChanges(_ changes: AssignmentChanges) {
        state.withLock { $0.assignmentChanges = changes }
    }

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

extension ClientWatch {
    /// Puts the callbacks that feed a watch into settings; the watch must live as long as the client.
    static func install(_ watch: ClientWatch, in settings: borrowing KafkaSettings) {
        settings.withPointer { pointer in
            rd_kafka_conf_set_opaque(pointer, Unmanaged.passUnretained(watch).toOpaque())
            rd_kafka_conf_set_error_cb(pointer) { client, code, reason, opaque in
                guard let opaque else { return }
                let watch = Unmanaged<ClientWatch>.fromOpaque(opaque).takeUnretainedValue()
                if code == RD_KAFKA_RESP_ERR__FATAL.rawValue {
                    if let fatal = KafkaClient.fatal(of: client) { watch.noteFatal(fatal) }
                } else {
                    watch.note(
                        KafkaError(KafkaErrorCode(rawValue: code), reason.map { String(cString: $0) } ?? ""))
                }
            }
            rd_kafka_conf_set_log_cb(pointer) { client, level, facility, text in
                guard let opaque = rd_kafka_opaque(client), let text else { return }
                let facility = facility.map { String(cString: $0) } ?? ""
                Unmanaged<ClientWatch>.fromOpaque(opaque).takeUnretainedValue()
                    .log(level, "\(facility): \(String(cString: text))")
            }
        }
    }
}
