import NIOCore

/// A few long buffers that have been written and are filled again: new ones would be asked of the system, and cleared by
/// it, for every batch.
struct OutputBufferPool {
    /// How many buffers are kept.
    private static let mostBuffers = 16
    /// Which buffers are kept, by their length in bytes: shorter ones are as cheap to ask for, longer ones would keep much.
    private static let lengths = (32 << 10)...(256 << 10)

    private var buffers: [ByteBuffer] = []

    /// An empty buffer.
    ///
    /// - Parameter capacity: how many bytes there must be room for
    /// - Returns: a buffer that nobody else has
    mutating func buffer(capacity: Int) -> ByteBuffer {
        if Self.lengths.contains(capacity), let index = buffers.lastIndex(where: { $0.capacity >= capacity }) {
            var buffer = buffers.remove(at: index)
            // Where somebody else still has it, this makes another one.
            buffer.clear()
            return buffer
        }
        return ByteBufferAllocator().buffer(capacity: capacity)
    }

    /// Takes a buffer that has been written.
    mutating func giveBack(_ buffer: ByteBuffer) {
        if buffers.count < Self.mostBuffers, Self.lengths.contains(buffer.capacity) { buffers.append(buffer) }
    }
}
