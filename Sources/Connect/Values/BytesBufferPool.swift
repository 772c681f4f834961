/// A few buffers that are filled again once nobody has any of their bytes any more: a source that copies what it reads
/// need not ask the system for memory, and clear it, for every batch. Belongs to one thread.
package final class BytesBufferPool {
    private var buffers: [BytesBuffer] = []
    private let mostBuffers: Int
    private let bytes: ClosedRange<Int>
    private var next = 0

    /// A pool, empty at first.
    ///
    /// - Parameters:
    ///   - mostBuffers: how many buffers are kept, at least 1
    ///   - bytes: which buffers are kept, by their bytes: below it is as cheap to ask the system, and beyond it too much
    ///     is kept
    package init(mostBuffers: Int, bytes: ClosedRange<Int>) {
        self.mostBuffers = max(1, mostBuffers)
        self.bytes = bytes
    }

    /// A buffer to be filled; it holds anything.
    ///
    /// - Parameter capacity: how many bytes of memory are needed
    /// - Returns: a buffer that nobody else has
    package func buffer(capacity: Int) -> BytesBuffer {
        bytes.contains(capacity) ? kept(capacity) : BytesBuffer(capacity: capacity)
    }

    /// The next buffer that nobody has and that fits; where none does, a new one, which takes the place of a free one.
    private func kept(_ capacity: Int) -> BytesBuffer {
        for _ in buffers.indices {
            next = (next + 1) % buffers.count
            guard isKnownUniquelyReferenced(&buffers[next]) else { continue }
            // What is kept of a batch keeps all of its buffer: much more than the batch would be waste.
            if (capacity...2 * capacity).contains(buffers[next].capacity) { return buffers[next] }
            buffers[next] = BytesBuffer(capacity: rounded(capacity))
            return buffers[next]
        }
        let buffer = BytesBuffer(capacity: rounded(capacity))
        if buffers.count < mostBuffers { buffers.append(buffer) }
        return buffer
    }

    /// A little more than needed now will do for the next batch.
    private func rounded(_ capacity: Int) -> Int { min(bytes.upperBound, capacity + capacity / 4) }
}
