import CConnectRDKafka

/// An error of Kafka or its client by number: negative ones are librdkafka's own, positive ones the broker's (Kafka
/// protocol guide, "Error Codes").
public struct KafkaErrorCode: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The number.
    public let rawValue: Int32

    /// A code by its number.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    init(_ code: rd_kafka_resp_err_t) {
        self.init(rawValue: code.rawValue)
    }

    /// The name that librdkafka gives it, without its prefix: `_TRANSPORT`, `UNKNOWN_TOPIC_OR_PART`.
    public var name: String { String(cString: rd_kafka_err2name(clientCode)) }

    /// The name and what it means: `_TRANSPORT: Local: Broker transport failure`.
    public var description: String { "\(name): \(String(cString: rd_kafka_err2str(clientCode)))" }

    var clientCode: rd_kafka_resp_err_t { rd_kafka_resp_err_t(rawValue: rawValue) }
}
