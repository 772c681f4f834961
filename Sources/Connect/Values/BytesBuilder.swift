/// Collects the bytes of one element after another in one growing buffer.
///
/// A stage over bytes gets a builder and appends what its output element holds; the batch notes where it ends.
public struct BytesBuilder: ~Copyable, Sendable {
    @usableFromInline var buffer: BytesBuffer
    /// How many bytes of the buffer are taken, over all elements.
    @usableFromInline var used: Int
    /// How large a buffer is at least.
    @usableFromInline var leastCapacity: Int

    /// A builder that allocates when the first byte comes.
    @inlinable
    public init() {
        buffer = .empty
        used = 0
        leastCapacity = 4096
    }

    /// Appends one byte.
    @inlinable
    public mutating func append(_ byte: UInt8) {
        if used == buffer.capacity { grow(1) }
        buffer.base.storeBytes(of: byte, toByteOffset: used, as: UInt8.self)
        used += 1
    }

    /// Appends the bytes of a buffer.
    @inlinable
    public mutating func append(_ source: UnsafeRawBufferPointer) {
        guard let address = source.baseAddress, source.count > 0 else { return }
        if buffer.capacity - used < source.count { grow(source.count) }
        (buffer.base + used).copyMemory(from: address, byteCount: source.count)
        used += source.count
    }

    /// Appends the bytes of a span.
    @inlinable
    public mutating func append(_ span: RawSpan) {
        span.withUnsafeBytes { append($0) }
    }

    /// Appends other bytes.
    @inlinable
    public mutating func append(_ bytes: Bytes) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Appends the UTF-8 encoding of a string.
    @inlinable
    public mutating func append(_ string: String) {
        var copy = string
        copy.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends up to `capacity` bytes written by a closure, which returns how many it wrote.
    ///
    /// - Throws: what `fill` throws; then nothing was appended
    @inlinable
    public mutating func append<Failure: Error>(
        capacity: Int, by fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        if buffer.capacity - used < capacity { grow(capacity) }
        let written = try fill(UnsafeMutableRawBufferPointer(start: buffer.base + used, count: capacity))
        used += min(max(written, 0), capacity)
    }

    /// Ends the building: everything appended so far, as one value. The builder is empty afterwards.
    @inlinable
    public mutating func take() -> Bytes {
        let result = Bytes(buffer: buffer, start: 0, count: used)
        buffer = .empty
        used = 0
        return result
    }

    // A larger buffer takes the place of this one; values cut from the old one keep it alive.
    @usableFromInline
    mutating func grow(_ needed: Int) {
        let larger = BytesBuffer(capacity: max(leastCapacity, used + needed, buffer.capacity * 2))
        larger.base.copyMemory(from: buffer.base, byteCount: used)
        buffer = larger
    }

    // Room for one whole batch at once spares the doublings.
    @inlinable
    mutating func reserve(_ room: Int) {
        if buffer.capacity - used < room { grow(room) }
    }
}
