#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What may count as one line, and what of it becomes the element.
package struct LineRules: Sendable {
    /// The most bytes a line may have, without its newline.
    package var maxLineBytes: Int
    /// Whether a CR before the newline belongs to the newline.
    package var stripsCarriageReturns: Bool

    /// Rules for lines.
    package init(maxLineBytes: Int, stripsCarriageReturns: Bool) {
        self.maxLineBytes = maxLineBytes
        self.stripsCarriageReturns = stripsCarriageReturns
    }
}

extension SourceBatch where Element == Bytes {
    /// Pieces with less than this are copied: sharing their buffer would end the batch at the next piece, and hold a
    /// large buffer for a few lines.
    static var shareMinimum: Int { 16 * 1024 }

    /// Appends an element as it is, without a copy, so that the column's buffer stays free for others.
    package mutating func appendWhole(_ element: Bytes, partition: PartitionID, next: Int64) {
        precondition(batch.count < batch.capacity, "the batch is full")
        batch.column.appendForeign(element, at: batch.count)
        batch.filled += 1
        batch.endsUnterminated = false
        noteNext(partition, next)
    }

    /// Appends the whole lines at the beginning of a piece of a stream, as many as are wanted, by sharing the piece's
    /// buffer.
    ///
    /// A batch shares one buffer only: where it has another one already it must be sent before it can take a new one.
    ///
    /// - Parameters:
    ///   - bytes: the piece, which begins where a line begins
    ///   - partition: the stream
    ///   - offset: where the piece begins in the stream
    ///   - rules: what counts as a line
    /// - Returns: how many bytes were taken, up to behind a newline; what is left begins with a line that does not end
    ///   in the piece, is too long, or has no place in the batch: see ``canAppendLines(of:)``
    package mutating func appendLines(
        of bytes: Bytes, partition: PartitionID, offset: Int64, rules: LineRules
    ) -> Int {
        guard !isFull, let place = place(for: bytes) else { return 0 }
        let byteRoom = Batch<Bytes>.byteLimit - batch.column.byteCount
        let scan = LineScan(partition: partition, offset: offset, rules: rules, byteRoom: byteRoom)
        switch place {
        case .shared: return shareLines(of: bytes, scan)
        case .copied: return copyLines(of: bytes, scan)
        case .whole: return appendWholeLines(of: bytes, scan)
        }
    }

    /// Whether lines of a piece have a place in the batch, or it must be sent before.
    package func canAppendLines(of bytes: Bytes) -> Bool {
        !isFull && place(for: bytes) != nil
    }

    private func place(for bytes: Bytes) -> LinePlace? {
        if batch.column.isShared {
            return batch.column.builder.buffer === bytes.buffer && bytes.start >= batch.column.base ? .shared : nil
        }
        if bytes.count < Self.shareMinimum { return .copied }
        // Beyond what a range of the column can say.
        if bytes.start + bytes.count >= Int(UInt32.max) { return .whole }
        return batch.column.builder.used == 0 ? .shared : nil
    }

    /// Lets the column refer to the piece's buffer.
    private mutating func shareLines(of bytes: Bytes, _ scan: LineScan) -> Int {
        let taken = scanLines(bytes.buffer, bytes.start..<(bytes.start + bytes.count), scan)
        if taken > 0, !batch.column.isShared {
            batch.column.builder.buffer = bytes.buffer
            batch.column.base = bytes.start
            batch.column.isShared = true
        }
        return taken
    }

    /// Copies a small piece in one go and finds the lines in the copy.
    private mutating func copyLines(of bytes: Bytes, _ scan: LineScan) -> Int {
        guard let last = bytes.withUnsafeBytes({ $0.lastIndex(of: 0x0A) }) else { return 0 }
        let start = batch.column.builder.used
        batch.column.builder.append(bytes[0...last])
        let taken = scanLines(batch.column.builder.buffer, start..<(start + last + 1), scan)
        batch.column.builder.used = start + taken
        return taken
    }

    private mutating func appendWholeLines(of bytes: Bytes, _ scan: LineScan) -> Int {
        var next = 0
        while !isFull, let end = bytes.firstNewline(from: next), end - next <= scan.rules.maxLineBytes {
            let hasReturn = scan.rules.stripsCarriageReturns && end > next && bytes[end - 1] == 0x0D
            let line = bytes[next..<(hasReturn ? end - 1 : end)]
            next = end + 1
            appendWhole(line, partition: scan.partition, next: scan.offset + Int64(next))
        }
        return next
    }

    /// Notes the lines of a region of a buffer that is, or becomes, the column's.
    ///
    /// - Returns: how many bytes of the region were taken
    private mutating func scanLines(_ buffer: BytesBuffer, _ region: Range<Int>, _ scan: LineScan) -> Int {
        let first = batch.count
        let room = min(min(limit, batch.capacity) - first, region.count)
        // Only a line that begins before this is taken: from here on the batch has as many bytes as it may hold.
        let bound = min(region.upperBound, region.lowerBound + scan.byteRoom)
        let ranges = batch.column.ranges.pointer + first
        let base = UnsafeRawPointer(buffer.base)
        let rules = scan.rules
        var next = region.lowerBound
        var hasStripped = false
        let steps = [UInt32](unsafeUninitializedCapacity: room) { steps, count in
            while count < room, next < bound, let found = memchr(base + next, 0x0A, region.upperBound - next) {
                let end = UnsafeRawPointer(found) - base
                var length = end - next
                if length > rules.maxLineBytes { break }
                if rules.stripsCarriageReturns, length > 0, base.load(fromByteOffset: end - 1, as: UInt8.self) == 0x0D {
                    length -= 1
                    hasStripped = true
                }
                ranges[count] = ByteRange(
                    start: UInt32(truncatingIfNeeded: next), count: UInt32(truncatingIfNeeded: length))
                next = end + 1
                steps[count] = UInt32(truncatingIfNeeded: next - region.lowerBound)
                count += 1
            }
        }
        guard !steps.isEmpty else { return 0 }
        if hasStripped { batch.column.isNewlineTerminated = false }
        batch.column.builder.used = max(batch.column.builder.used, next)
        batch.filled += steps.count
        batch.endsUnterminated = false
        noteStream(scan.partition, start: first, base: scan.offset, steps: steps)
        return next - region.lowerBound
    }
}

/// How lines of a piece get into a batch.
private enum LinePlace {
    /// By the piece's own buffer.
    case shared
    /// By a copy in the batch's buffer.
    case copied
    /// Each as a value of its own.
    case whole
}

/// What is the same for all lines of a piece.
private struct LineScan {
    var partition: PartitionID
    /// Where the piece begins in its stream.
    var offset: Int64
    var rules: LineRules
    /// How many bytes the batch may still take.
    var byteRoom: Int
}

extension Bytes {
    /// The index of the first newline at or behind an index; nil where there is none.
    package func firstNewline(from start: Int = 0) -> Int? {
        withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + start, 0x0A, bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }
}
