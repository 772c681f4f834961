/// Why the embedded broker did not do what it was asked for.
public struct EmbeddedKafkaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is; new kinds may come.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The stable text of the code.
        public let description: String

        /// It could not be started.
        public static let notStarted = Code(description: "not_started")
        /// It was stopped before.
        public static let stopped = Code(description: "stopped")
        /// A number is out of its bounds, or a name is none.
        public static let invalidArgument = Code(description: "invalid_argument")
        /// There is a topic of this name already.
        public static let topicExists = Code(description: "topic_exists")
        /// It has no broker with this number.
        public static let unknownBroker = Code(description: "unknown_broker")
        /// The topic has no partition with this number.
        public static let unknownPartition = Code(description: "unknown_partition")
        /// The client library refused it.
        public static let refused = Code(description: "refused")
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was found and how to mend it.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// `embedded Kafka: message`
    public var description: String { "embedded Kafka: \(message)" }
}
