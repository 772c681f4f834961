/// A piece of one byte stream, cut anywhere.
///
/// Files, sockets and unpacked archives give chunks, in order; splitters (lines, gunzip, records) turn them into
/// messages. Chunks and messages are different types so that nobody takes half a line for a whole one.
public struct StreamChunk: Sendable, Hashable {
    /// The stream that the bytes belong to: the number of its partition.
    public var stream: PartitionID
    /// Where the bytes stand in the stream, counted from its first byte.
    public var offset: Int64
    /// The bytes, which may be none.
    public var bytes: Bytes
    /// Whether the stream ends behind these bytes.
    public var isLast: Bool

    /// A piece of a stream.
    public init(stream: PartitionID, offset: Int64, bytes: Bytes, isLast: Bool = false) {
        self.stream = stream
        self.offset = offset
        self.bytes = bytes
        self.isLast = isLast
    }
}
