/// An immutable run of bytes: a slice of a shared buffer.
///
/// Copying and slicing never copy the bytes. Payloads, keys, lines and chunks are `Bytes`; nothing about them is
/// assumed: they may hold any octet, also NUL and invalid UTF-8.
public struct Bytes: Sendable {
    @usableFromInline let buffer: BytesBuffer
    @usableFromInline let start: Int
    /// How many bytes there are.
    public let count: Int

    @inlinable
    init(buffer: BytesBuffer, start: Int, count: Int) {
        self.buffer = buffer
        self.start = start
        self.count = count
    }

    /// No bytes.
    @inlinable
    public init() {
        self.init(buffer: .empty, start: 0, count: 0)
    }

    /// Copies the bytes of a buffer.
    @inlinable
    public init(copying source: UnsafeRawBufferPointer) {
        let buffer = BytesBuffer(capacity: source.count)
        if let address = source.baseAddress {
            buffer.base.copyMemory(from: address, byteCount: source.count)
        }
        self.init(buffer: buffer, start: 0, count: source.count)
    }

    /// Copies a sequence of bytes.
    @inlinable
    public init(_ bytes: some Sequence<UInt8>) {
        let array = Array(bytes)
        self = array.withUnsafeBytes { Bytes(copying: $0) }
    }

    /// The UTF-8 encoding of a string.
    @inlinable
    public init(_ string: String) {
        var copy = string
        self = copy.withUTF8 { Bytes(copying: UnsafeRawBufferPointer($0)) }
    }

    /// Whether there are no bytes.
    @inlinable
    public var isEmpty: Bool { count == 0 }

    /// The byte at an index.
    ///
    /// - Parameter index: 0 ..< ``count``
    @inlinable
    public subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "index out of range")
        return buffer.base.load(fromByteOffset: start + index, as: UInt8.self)
    }

    /// The bytes of a range, without copying them.
    ///
    /// - Parameter range: within 0 ..< ``count``
    @inlinable
    public subscript(range: Range<Int>) -> Bytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range out of bounds")
        return Bytes(buffer: buffer, start: start + range.lowerBound, count: range.count)
    }

    /// Calls a closure with the memory of the bytes; it is valid during the call only.
    @inlinable
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: buffer.base + start, count: count))
    }

    /// Calls a closure with a span over the bytes; it is valid during the call only.
    @inlinable
    public func withSpan<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: buffer.base + start, count: count).bytes)
    }
}

extension Bytes: Hashable {
    /// Whether two values hold the same octets.
    public static func == (left: Bytes, right: Bytes) -> Bool {
        guard left.count == right.count else { return false }
        return left.withUnsafeBytes { one in
            right.withUnsafeBytes { other in one.elementsEqual(other) }
        }
    }

    /// Feeds the octets to a hasher.
    public func hash(into hasher: inout Hasher) {
        withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension Bytes: ExpressibleByStringLiteral {
    /// The UTF-8 encoding of a literal.
    public init(stringLiteral value: String) {
        self.init(value)
    }
}

extension Bytes: RandomAccessCollection {
    /// 0
    @inlinable
    public var startIndex: Int { 0 }
    /// ``count``
    @inlinable
    public var endIndex: Int { count }
}

extension Bytes: CustomStringConvertible {
    /// The bytes as text; what is not valid UTF-8 is shown as U+FFFD. For logs and tests, not for data.
    public var description: String {
        withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}

extension String {
    /// The text that bytes hold, or nil where they are not valid UTF-8: nothing is repaired silently.
    public init?(validating bytes: Bytes) {
        let text = bytes.withUnsafeBytes { String(validating: $0, as: UTF8.self) }
        guard let text else { return nil }
        self = text
    }
}

extension Bytes {
    /// Whether other bytes occur somewhere in these; no bytes occur everywhere.
    public func contains(_ other: Bytes) -> Bool {
        withUnsafeBytes { bytes in
            other.withUnsafeBytes { wanted in
                guard let first = wanted.first else { return true }
                guard bytes.count >= wanted.count else { return false }
                var start = 0
                while start + wanted.count <= bytes.count,
                    let found = bytes[start...(bytes.count - wanted.count)].firstIndex(of: first)
                {
                    let candidate = UnsafeRawBufferPointer(rebasing: bytes[found..<(found + wanted.count)])
                    if candidate.elementsEqual(wanted) { return true }
                    start = found + 1
                }
                return false
            }
        }
    }
}
