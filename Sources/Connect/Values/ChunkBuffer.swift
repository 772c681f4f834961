/// Memory for chunks: filled piece by piece, and handed out piece by piece without a copy.
///
/// A piece that is handed out early leaves the rest of its memory for the next ones, so that a stream that trickles
/// does not hold a large buffer for every few bytes. Belongs to one thread.
package final class ChunkBuffer {
    private let capacity: Int
    private var buffer = BytesBuffer.empty
    /// Below this everything was handed out, and is never written again.
    private var start = 0
    private var end = 0

    /// A buffer that allocates when it is first filled.
    ///
    /// - Parameter capacity: the most bytes of a chunk; at least 1
    package init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// How many bytes are there to be handed out.
    package var count: Int { end - start }

    /// Whether nothing more fits before what is there is handed out.
    package var isFull: Bool { end > start && end == buffer.capacity }

    /// Lets a closure write behind what is there.
    ///
    /// - Parameter body: gets the free memory, and a counter that it advances by the bytes that it wrote from the
    ///   memory's start on, also before it throws
    /// - Returns: what `body` returns
    /// - Throws: what `body` throws; what it counted before stays
    package func fill<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer, inout Int) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // A last small rest is not worth a chunk of its own.
        if start == end, buffer.capacity - end < max(1, capacity / 8) {
            buffer = BytesBuffer(capacity: capacity)
            start = 0
            end = 0
        }
        let free = UnsafeMutableRawBufferPointer(start: buffer.base + end, count: buffer.capacity - end)
        var written = 0
        defer { end += min(max(written, 0), free.count) }
        return try body(free, &written)
    }

    /// Forgets the first bytes that are there.
    ///
    /// - Parameter count: 0 ... ``count``
    package func discard(_ count: Int) {
        precondition(count >= 0 && count <= self.count, "there are not that many bytes")
        if count == self.count {
            end = start
        } else {
            start += count
        }
    }

    /// Hands out what is there.
    package func take() -> Bytes {
        defer { start = end }
        return count == 0 ? Bytes() : Bytes(buffer: buffer, start: start, count: count)
    }
}
