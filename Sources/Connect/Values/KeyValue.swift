/// A message with an optional key, an optional value and headers, as Kafka and queues know it.
public struct KeyValue: Sendable, Hashable {
    /// A named value beside the payload; names may repeat and their order is kept.
    public struct Header: Sendable, Hashable {
        /// The header's name.
        public var name: String
        /// The header's value; nil is a header without one.
        public var value: Bytes?

        /// A header.
        public init(_ name: String, _ value: Bytes?) {
            self.name = name
            self.value = value
        }
    }

    /// What the message belongs to; nil where it has no key.
    public var key: Bytes?
    /// The payload; nil is a tombstone, which is not the same as no bytes.
    public var value: Bytes?
    /// The headers in their order, duplicates included.
    public var headers: [Header]
    /// When the event took place; nil where the source does not say.
    public var timestamp: EventTime?

    /// A message.
    public init(key: Bytes? = nil, value: Bytes?, headers: [Header] = [], timestamp: EventTime? = nil) {
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp = timestamp
    }

    /// The first header of a name.
    public func header(_ name: String) -> Header? {
        headers.first { $0.name == name }
    }
}
