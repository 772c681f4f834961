extension AvroMessage {
    /// Parts of messages.
    public struct Parts: OptionSet, Sendable, Hashable {
        /// One bit for each part.
        public let rawValue: Int

        /// Parts by their bits.
        public init(rawValue: Int) {
            self.rawValue = rawValue
        }

        /// What messages belong to.
        public static let key = Parts(rawValue: 1)
        /// The payload.
        public static let value = Parts(rawValue: 2)
    }
}
