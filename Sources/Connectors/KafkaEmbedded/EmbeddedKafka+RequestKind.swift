extension EmbeddedKafka {
    /// A kind of request that clients send, by its number in the protocol ("API key").
    public struct RequestKind: RawRepresentable, Sendable, Hashable {
        /// The number.
        public let rawValue: Int16

        /// A kind by its number.
        public init(rawValue: Int16) {
            self.rawValue = rawValue
        }

        private init(_ rawValue: Int16) {
            self.rawValue = rawValue
        }

        /// Records of a producer.
        public static let produce = RequestKind(0)
        /// A consumer asks for records.
        public static let fetch = RequestKind(1)
        /// A client asks where a partition begins or ends.
        public static let listOffsets = RequestKind(2)
        /// A client asks for brokers, topics and leaders.
        public static let metadata = RequestKind(3)
        /// A group stores its positions.
        public static let offsetCommit = RequestKind(8)
        /// A group asks for its positions.
        public static let offsetFetch = RequestKind(9)
        /// A client asks which broker looks after a group or a transaction.
        public static let findCoordinator = RequestKind(10)
        /// A consumer joins its group.
        public static let joinGroup = RequestKind(11)
        /// A member of a group says that it is alive.
        public static let heartbeat = RequestKind(12)
        /// A member leaves its group.
        public static let leaveGroup = RequestKind(13)
        /// A member asks for its partitions, and the leader of the group gives them.
        public static let syncGroup = RequestKind(14)
        /// A client asks for what the broker knows.
        public static let apiVersions = RequestKind(18)
        /// A producer that is idempotent or has transactions asks for its number.
        public static let initProducerID = RequestKind(22)
        /// A transaction takes up partitions.
        public static let addPartitionsToTransaction = RequestKind(24)
        /// A transaction takes up the positions of a group.
        public static let addOffsetsToTransaction = RequestKind(25)
        /// A transaction is committed or aborted.
        public static let endTransaction = RequestKind(26)
        /// A transaction stores the positions of a group.
        public static let transactionalOffsetCommit = RequestKind(28)
    }
}
