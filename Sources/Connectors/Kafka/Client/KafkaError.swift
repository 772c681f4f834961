import CConnectRDKafka
import Connect

/// A failure of Kafka or its client.
public struct KafkaError: Error, Sendable, CustomStringConvertible {
    /// Which one.
    public var code: KafkaErrorCode
    /// What the client says of it.
    public var reason: String

    /// A failure.
    ///
    /// - Parameters:
    ///   - code: which one
    ///   - reason: what the client says of it; empty for the text of the code
    public init(_ code: KafkaErrorCode, _ reason: String = "") {
        self.code = code
        self.reason = reason
    }

    /// The name of the code and what the client says.
    public var description: String { reason.isEmpty ? code.description : "\(code.name): \(reason)" }
}

extension KafkaErrorCode {
    /// Whether the other side cannot be reached, or is not ready, for now.
    var isPassing: Bool { KafkaErrorCode.passing.contains(self) }

    /// Whether the group has moved on without this member, so that its commits do not count for now.
    var isOfRebalance: Bool { KafkaErrorCode.ofRebalance.contains(self) }

    private static let passing: Set<KafkaErrorCode> = [
        RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
        RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__WAIT_COORD,
        RD_KAFKA_RESP_ERR__RETRY, RD_KAFKA_RESP_ERR__IN_PROGRESS, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
        RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
    ].codes

    private static let ofRebalance: Set<KafkaErrorCode> = [
        RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
        RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST, RD_KAFKA_RESP_ERR__STATE,
    ].codes
}

extension [rd_kafka_resp_err_t] {
    /// The codes as a set.
    var codes: Set<KafkaErrorCode> { Set(map { KafkaErrorCode($0) }) }
}

extension ConnectorError {
    /// A failure of the client as that of a connector.
    ///
    /// - Parameters:
    ///   - error: what the client says
    ///   - what: what could not be done, as the beginning of a sentence
    init(_ error: KafkaError, _ what: String) {
        let code: Code =
            if error.code.isPassing { .unavailable } else if error.code.isOfRebalance { .takenAway } else {
                switch error.code.clientCode {
                case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
                    RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
                    .notFound
                case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
                    RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR__AUTHENTICATION,
                    RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                    RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
                    .notPermitted
                case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE: .limitExceeded
                default: .inputOutput
                }
            }
        let mend = error.code.mend.map { "; \($0)" } ?? ""
        self.init(code, "\(what): \(error)\(mend)", cause: error)
    }
}

extension KafkaErrorCode {
    /// How to mend it; nil where there is nothing to say.
    var mend: String? {
        switch clientCode {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
            "raise message.max.bytes (the topic's max.message.bytes too), or make the messages smaller"
        case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
            "set session.timeout.ms between the broker's group.min.session.timeout.ms and group.max.session.timeout.ms"
        case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
            "give all members of group.id the same partition.assignment.strategy, or this one another group.id"
        case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID: "correct group.id"
        case RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED:
            "stop other members of group.id, or raise the broker's group.max.size"
        case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED: "permit the user to read with this group.id"
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED: "permit the user to use the topic"
        case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
            "another member has this group.instance.id: give each a value of its own"
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
            "what was to be read next is not there any more; auto.offset.reset=earliest or latest would go on elsewhere"
        case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT: "see whether the brokers can be reached, or raise message.timeout.ms"
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
            "create the topic, or correct its name"
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
            "see security.protocol and the keys that begin with sasl. and ssl."
        default: nil
        }
    }
}
