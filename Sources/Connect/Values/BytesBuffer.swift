/// Memory that holds bytes: written by one owner while it is built, never changed after it was handed on.
///
/// A buffer is shared by all ``Bytes`` that were cut from it and is freed with the last of them.
public final class BytesBuffer: @unchecked Sendable {
    // Proof for `@unchecked Sendable`: `base` and `capacity` never change; the memory is written only by the
    // `BytesBuilder` (or reader, or `BytesBufferPool`) that allocated the buffer, only beyond what was already handed
    // on, or where nobody else has a reference any more: so no byte that another thread can see is ever written again.
    @usableFromInline let base: UnsafeMutableRawPointer
    /// How many bytes there is room for.
    @usableFromInline package let capacity: Int

    /// Allocates memory for `capacity` bytes, uninitialized.
    @inlinable
    public init(capacity: Int) {
        self.capacity = capacity
        base = UnsafeMutableRawPointer.allocate(byteCount: max(capacity, 1), alignment: 16)
    }

    deinit {
        base.deallocate()
    }

    /// The memory of a buffer that nobody else has yet, and its bytes: what is cut from them must have been written, and is
    /// not written any more.
    package func opened() -> (bytes: Bytes, memory: UnsafeMutableRawBufferPointer) {
        (Bytes(buffer: self, start: 0, count: capacity), UnsafeMutableRawBufferPointer(start: base, count: capacity))
    }

    /// A buffer without room, for empty values.
    public static let empty = BytesBuffer(capacity: 0)

    /// Makes a buffer by filling fresh memory.
    ///
    /// - Parameters:
    ///   - capacity: how many bytes to allocate
    ///   - fill: writes into the memory and returns how many bytes from the start are valid
    /// - Returns: what was written, as ``Bytes``
    /// - Throws: what `fill` throws
    @inlinable
    public static func filled<Failure: Error>(
        capacity: Int, by fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) -> Bytes {
        let buffer = BytesBuffer(capacity: capacity)
        let count = try fill(UnsafeMutableRawBufferPointer(start: buffer.base, count: capacity))
        return Bytes(buffer: buffer, start: 0, count: min(max(count, 0), capacity))
    }
}
