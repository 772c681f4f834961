/// A message with an optional key, an optional value and headers, as Kafka and queues know it.
public struct KeyValue: Sendable {
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

    // Key and value mostly stand in one buffer, as a source has read them: then there is one reference to it, not two.
    @usableFromInline var buffer: BytesBuffer?
    /// The value's buffer where it is another than the key's.
    @usableFromInline var valueBuffer: BytesBuffer?
    @usableFromInline var keyStart: Int
    /// -1 where there is no key.
    @usableFromInline var keyCount: Int
    @usableFromInline var valueStart: Int
    /// -1 where there is no value.
    @usableFromInline var valueCount: Int
    /// nil where there are none.
    @usableFromInline var someHeaders: [Header]?
    /// When the event took place; nil where the source does not say.
    public var timestamp: EventTime?

    /// A message.
    @inlinable
    public init(key: Bytes? = nil, value: Bytes?, headers: [Header] = [], timestamp: EventTime? = nil) {
        buffer = key?.buffer ?? value?.buffer
        valueBuffer = key != nil && value?.buffer !== key?.buffer ? value?.buffer : nil
        keyStart = key?.start ?? 0
        keyCount = key?.count ?? -1
        valueStart = value?.start ?? 0
        valueCount = value?.count ?? -1
        someHeaders = headers.isEmpty ? nil : headers
        self.timestamp = timestamp
    }

    /// A message whose key and value stand in the same bytes.
    ///
    /// - Parameters:
    ///   - bytes: where they stand
    ///   - key: where the key stands, within the bytes; nil where there is none
    ///   - value: where the value stands, within the bytes; nil is a tombstone
    ///   - timestamp: when the event took place
    @inlinable
    public init(in bytes: borrowing Bytes, key: Range<Int>?, value: Range<Int>?, timestamp: EventTime? = nil) {
        precondition(
            (key?.lowerBound ?? 0) >= 0 && (key?.upperBound ?? 0) <= bytes.count && (value?.lowerBound ?? 0) >= 0
                && (value?.upperBound ?? 0) <= bytes.count, "range out of bounds")
        buffer = bytes.buffer
        valueBuffer = nil
        keyStart = bytes.start + (key?.lowerBound ?? 0)
        keyCount = key?.count ?? -1
        valueStart = bytes.start + (value?.lowerBound ?? 0)
        valueCount = value?.count ?? -1
        someHeaders = nil
        self.timestamp = timestamp
    }

    /// What the message belongs to; nil where it has no key.
    @inlinable
    public var key: Bytes? {
        get { keyCount < 0 ? nil : Bytes(buffer: buffer ?? .empty, start: keyStart, count: keyCount) }
        set { self = KeyValue(key: newValue, value: value, headers: headers, timestamp: timestamp) }
    }

    /// The payload; nil is a tombstone, which is not the same as no bytes.
    @inlinable
    public var value: Bytes? {
        get {
            valueCount < 0 ? nil : Bytes(buffer: valueBuffer ?? buffer ?? .empty, start: valueStart, count: valueCount)
        }
        set { self = KeyValue(key: key, value: newValue, headers: headers, timestamp: timestamp) }
    }

    /// The headers in their order, duplicates included.
    @inlinable
    public var headers: [Header] {
        get { someHeaders ?? [] }
        set { someHeaders = newValue.isEmpty ? nil : newValue }
    }

    /// Whether there is a header.
    @inlinable
    public var hasHeaders: Bool { someHeaders != nil }

    /// How many bytes key and value have together.
    @inlinable
    public var byteCount: Int { max(0, keyCount) + max(0, valueCount) }

    /// Calls a closure with the memory of key and value; it is valid during the call only.
    ///
    /// - Parameter body: gets key and value; nil where there is none
    /// - Returns: what `body` returns
    /// - Throws: what `body` throws
    @inlinable
    public borrowing func withUnsafeBytes<Result, Failure: Error>(
        _ body: (_ key: UnsafeRawBufferPointer?, _ value: UnsafeRawBufferPointer?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let keyMemory = buffer?.base
        let valueMemory = valueBuffer?.base ?? keyMemory
        return try body(
            keyCount < 0 ? nil : keyMemory.map { UnsafeRawBufferPointer(start: $0 + keyStart, count: keyCount) },
            valueCount < 0 ? nil : valueMemory.map { UnsafeRawBufferPointer(start: $0 + valueStart, count: valueCount) }
        )
    }

    /// The first header of a name.
    public func header(_ name: String) -> Header? {
        someHeaders?.first { $0.name == name }
    }
}

extension KeyValue: Hashable {
    /// Whether two messages have the same content, wherever it stands.
    public static func == (left: KeyValue, right: KeyValue) -> Bool {
        left.timestamp == right.timestamp && left.key == right.key && left.value == right.value
            && left.someHeaders == right.someHeaders
    }

    /// Feeds the content to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(key)
        hasher.combine(value)
        hasher.combine(someHeaders)
        hasher.combine(timestamp)
    }
}
