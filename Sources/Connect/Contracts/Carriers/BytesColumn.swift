/// Byte-like elements of one batch: one buffer and where each element stands in it.
///
/// A line costs 8 bytes here and no reference count of its own. Elements that would be dear to copy stand beside the
/// buffer, as values of their own.
@usableFromInline
struct BytesColumn: ~Copyable, Sendable {
    @usableFromInline var ranges: ByteRanges
    @usableFromInline var builder: BytesBuilder
    @usableFromInline var foreign: [Bytes]
    @usableFromInline var foreignBytes: Int
    /// Whether each element in the buffer (not the foreign ones) is followed there by a newline, so that a run of
    /// them can be written as lines in one go.
    @usableFromInline var isNewlineTerminated: Bool
    /// Whether the buffer is somebody else's as well: then nothing is written into it, and it is given back when the
    /// column is cleared.
    @usableFromInline var isShared: Bool
    /// Where the bytes of this column begin in a shared buffer; 0 in a buffer of its own.
    @usableFromInline var base: Int
    /// Buffers of this column that others still had when it was cleared, to be filled again once they have not.
    @usableFromInline var lent: [BytesBuffer]

    /// Larger elements are kept as they are instead of being copied.
    @inlinable static var copyLimit: Int { 1024 }
    /// How many buffers that others have are kept at most.
    static var mostLent: Int { 8 }
    /// Marks an element that stands beside the buffer.
    @inlinable static var foreignMark: UInt32 { .max }

    @inlinable
    init(capacity: Int) {
        ranges = ByteRanges(capacity: capacity)
        builder = BytesBuilder()
        foreign = []
        foreignBytes = 0
        isNewlineTerminated = true
        isShared = false
        base = 0
        lent = []
    }

    @inlinable var byteCount: Int { builder.used - base + foreignBytes }

    @inlinable
    func bytes(at index: Int) -> Bytes {
        let range = ranges.pointer[index]
        if range.start == BytesColumn.foreignMark { return foreign[Int(range.count)] }
        return Bytes(buffer: builder.buffer, start: Int(range.start), count: Int(range.count))
    }

    @inlinable
    func withUnsafeBytes<Result, Failure: Error>(
        at index: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let range = ranges.pointer[index]
        if range.start == BytesColumn.foreignMark { return try foreign[Int(range.count)].withUnsafeBytes(body) }
        let start = builder.buffer.base + Int(range.start)
        return try body(UnsafeRawBufferPointer(start: start, count: Int(range.count)))
    }

    @inlinable
    mutating func append(_ bytes: Bytes, at index: Int) {
        if isShared || bytes.count > BytesColumn.copyLimit {
            appendForeign(bytes, at: index)
        } else {
            let start = builder.used
            builder.append(bytes)
            endElement(startedAt: start, index: index)
        }
    }

    @inlinable
    mutating func appendForeign(_ bytes: Bytes, at index: Int) {
        ranges.pointer[index] = ByteRange(start: BytesColumn.foreignMark, count: UInt32(foreign.count))
        foreign.append(bytes)
        foreignBytes += bytes.count
    }

    // The newline behind each element costs a byte and lets a sink write a whole column of lines at once.
    @inlinable
    mutating func endElement(startedAt start: Int, index: Int) {
        let count = builder.used - start
        if builder.used >= Int(UInt32.max) {
            // Beyond what a range can say: let this element stand beside the buffer.
            let bytes = Bytes(buffer: builder.buffer, start: start, count: count)
            appendForeign(Bytes(copying: bytes.withUnsafeBytes { $0 }), at: index)
            builder.used = start
            return
        }
        builder.append(0x0A)
        ranges.pointer[index] = ByteRange(start: UInt32(start), count: UInt32(count))
    }

    // New buffers would be asked of the system, and cleared by it, for every batch.
    @usableFromInline
    mutating func lendBuffer() {
        let buffer = builder.buffer
        builder.buffer = .empty
        guard (32 << 10...256 << 10).contains(buffer.capacity) else { return }
        for index in lent.indices where isKnownUniquelyReferenced(&lent[index]) {
            builder.buffer = lent[index]
            lent[index] = buffer
            return
        }
        if lent.count < BytesColumn.mostLent { lent.append(buffer) }
    }

    // The buffer may still be seen by `Bytes` cut from it, so a cleared column never writes over it, unless nobody
    // else holds it.
    @inlinable
    mutating func clear() {
        // Like this batch will be the next one: room for it at once spares the doublings.
        if !isShared { builder.leastCapacity = min(max(4096, builder.used + builder.used / 8), 1 << 20) }
        if isShared || builder.buffer.capacity > 1 << 20 {
            builder.buffer = .empty
            isShared = false
            base = 0
        } else if !isKnownUniquelyReferenced(&builder.buffer) {
            lendBuffer()
        }
        builder.used = 0
        if !foreign.isEmpty { foreign.removeAll() }
        foreignBytes = 0
        isNewlineTerminated = true
    }
}
