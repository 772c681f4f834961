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
    // Seven words are as many as the compiler moves; values with more are copied again and again (Swift 6.3).
    @usableFromInline var buffer: BytesBuffer?
    /// The value's buffer where it is another than the key's.
    @usableFromInline var valueBuffer: BytesBuffer?
    /// nil where there are none.
    @usableFromInline var someHeaders: [Header]?
    @usableFromInline var keyStart: Int
    @usableFromInline var valueStart: Int
    @usableFromInline var counts: Counts
    /// Nanoseconds since the epoch; the least number where there is no time.
    @usableFromInline var time: Int64

    /// How many bytes key and value have, in one word.
    @usableFromInline
    struct Counts: Sendable {
        @usableFromInline var bits: UInt64

        /// Stands for what is not there.
        @inlinable static var none: UInt32 { .max }

        @inlinable
        init(key: Int?, value: Int?) {
            bits = UInt64(Counts.word(key)) << 32 | UInt64(Counts.word(value))
        }

        @inlinable
        static func word(_ count: Int?) -> UInt32 {
            guard let count else { return none }
            precondition(count < Int(none), "a key or value of 4 GiB and more")
            return UInt32(truncatingIfNeeded: count)
        }

        @inlinable var key: Int? {
            let count = UInt32(truncatingIfNeeded: bits >> 32)
            return count == Counts.none ? nil : Int(count)
        }

        @inlinable var value: Int? {
            let count = UInt32(truncatingIfNeeded: bits)
            return count == Counts.none ? nil : Int(count)
        }
    }

    /// A message.
    ///
    /// - Parameters:
    ///   - key: what the message belongs to, less than 4 GiB
    ///   - value: the payload, less than 4 GiB; nil is a tombstone
    ///   - headers: the headers in their order
    ///   - timestamp: when the event took place
    @inlinable
    public init(key: Bytes? = nil, value: Bytes?, headers: [Header] = [], timestamp: EventTime? = nil) {
        buffer = key?.buffer ?? value?.buffer
        valueBuffer = key != nil && value?.buffer !== key?.buffer ? value?.buffer : nil
        someHeaders = headers.isEmpty ? nil : headers
        keyStart = key?.start ?? 0
        valueStart = value?.start ?? 0
        counts = Counts(key: key?.count, value: value?.count)
        time = KeyValue.word(timestamp)
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
        someHeaders = nil
        keyStart = bytes.start + (key?.lowerBound ?? 0)
        valueStart = bytes.start + (value?.lowerBound ?? 0)
        counts = Counts(key: key?.count, value: value?.count)
        time = KeyValue.word(timestamp)
    }

    // The least number stands for no time. A time that is as early comes out a nanosecond later.
    @inlinable
    static func word(_ time: EventTime?) -> Int64 {
        guard let time else { return .min }
        return max(.min + 1, time.nanosecondsSinceEpoch)
    }

    /// When the event took place; nil where the source does not say.
    @inlinable
    public var timestamp: EventTime? {
        get { time == .min ? nil : EventTime(nanosecondsSinceEpoch: time) }
        set { time = KeyValue.word(newValue) }
    }

    /// What the message belongs to; nil where it has no key.
    @inlinable
    public var key: Bytes? {
        get { counts.key.map { Bytes(buffer: buffer ?? .empty, start: keyStart, count: $0) } }
        set { self = KeyValue(key: newValue, value: value, headers: headers, timestamp: timestamp) }
    }

    /// The payload; nil is a tombstone, which is not the same as no bytes.
    @inlinable
    public var value: Bytes? {
        get { counts.value.map { Bytes(buffer: valueBuffer ?? buffer ?? .empty, start: valueStart, count: $0) } }
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
    public var byteCount: Int { (counts.key ?? 0) + (counts.value ?? 0) }

    /// The buffer in which the value stands; nil where there is none.
    package var memoryOfValue: BytesBuffer? { (counts.value ?? 0) == 0 ? nil : valueBuffer ?? buffer }

    /// How many bytes the value has; nil where they do not stand in a buffer.
    @inlinable
    package borrowing func valueByteCount(in memory: BytesBuffer) -> Int? {
        guard let count = counts.value, count > 0 else { return 0 }
        let isThere = valueBuffer == nil ? buffer === memory : valueBuffer === memory
        return isThere ? count : nil
    }

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
            KeyValue.memory(keyMemory, keyStart, counts.key), KeyValue.memory(valueMemory, valueStart, counts.value))
    }

    @inlinable
    static func memory(_ base: UnsafeMutableRawPointer?, _ start: Int, _ count: Int?) -> UnsafeRawBufferPointer? {
        guard let base, let count else { return nil }
        return UnsafeRawBufferPointer(start: base + start, count: count)
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
