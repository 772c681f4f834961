public import Connect

/// Elements joined by a separator: the state of a fold that undoes ``Split``.
///
/// Joining makes one element of many, so it cannot be a `Transform`: only a fold holds back the acknowledgement of its
/// inputs until the element that contains them is delivered. Join every hundred messages, and what there is each
/// second, by
///
///     .fold(into: JoinedBytes(separator: ","), resetting: true) { try $0.append($1) }
///     .trigger(each: 100)
///     .trigger(every: .seconds(1))
///     .map { $0.bytes }
public struct JoinedBytes: Sendable, Hashable {
    /// What stands between two elements; may be empty.
    public let separator: Bytes
    /// The most bytes that are joined.
    public let maxBytes: Int
    /// How many elements are joined.
    public private(set) var count = 0
    private var storage: [UInt8] = []

    /// No elements yet.
    ///
    /// - Parameters:
    ///   - separator: what stands between two elements; may be empty
    ///   - maxBytes: the most bytes that are joined, 0 or more
    public init(separator: Bytes, maxBytes: Int = 64 << 20) {
        self.separator = separator
        self.maxBytes = maxBytes
    }

    /// All elements with the separator between them.
    public var bytes: Bytes { Bytes(storage) }

    /// Adds an element.
    ///
    /// - Throws: `CoderError` (`limitExceeded`) where all together have more than ``maxBytes``; nothing is added then
    public mutating func append(_ element: Bytes) throws {
        let between = count == 0 ? 0 : separator.count
        guard element.count <= maxBytes - storage.count - between else {
            throw CoderError(
                .limitExceeded, coder: "JOIN",
                "\(count) joined elements have \(storage.count) bytes, and the next has \(element.count), but maxBytes is "
                    + "\(maxBytes); raise it, or join fewer elements by trigger(each:) or trigger(bytes:)")
        }
        if between > 0 { separator.withUnsafeBytes { storage.append(contentsOf: $0) } }
        element.withUnsafeBytes { storage.append(contentsOf: $0) }
        count += 1
    }
}
