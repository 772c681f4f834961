extension EmbeddedKafka {
    /// A topic that is there from the start.
    public struct Topic: Sendable, Hashable {
        /// How many partitions a topic gets that is made because a client names it.
        public static let automaticPartitions = 4
        /// How many partitions a topic may have.
        public static let mostPartitions = 10_000

        /// The name: 1 to 249 letters, digits, dots, underscores and hyphens.
        public var name: String
        /// How many partitions it has, from 1 to 10,000.
        public var partitions: Int

        /// A topic.
        ///
        /// - Parameters:
        ///   - name: 1 to 249 letters, digits, dots, underscores and hyphens
        ///   - partitions: how many partitions it has, from 1 to 10,000
        public init(_ name: String, partitions: Int = automaticPartitions) {
            self.name = name
            self.partitions = partitions
        }

        /// Looks whether there can be such a topic, by the rules of Kafka.
        ///
        /// - Throws: ``EmbeddedKafkaError`` where name or number cannot be
        public func check() throws(EmbeddedKafkaError) {
            try Topic.check(name: name)
            guard 1...Topic.mostPartitions ~= partitions else {
                throw EmbeddedKafkaError(
                    .invalidArgument,
                    "topic \"\(name)\" cannot have \(partitions) partitions; give it 1 to \(Topic.mostPartitions)")
            }
        }

        static func check(name: String) throws(EmbeddedKafkaError) {
            let isLegal = name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
            guard isLegal, 1...249 ~= name.utf8.count, name != ".", name != ".." else {
                throw EmbeddedKafkaError(
                    .invalidArgument,
                    "\"\(name)\" is no name of a topic; take 1 to 249 letters, digits, dots, underscores and hyphens")
            }
        }
    }
}
