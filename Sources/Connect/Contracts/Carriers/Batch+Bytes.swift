/// Reading the bytes of a batch where they stand, for those who write them out.
///
/// The elements of a batch of bytes mostly stand one behind the other in one buffer, with a newline between them. Who
/// writes lines can therefore write a whole batch in one go; these methods find the pieces that can be written so.
extension Batch where Element == Bytes {
    /// How many bytes an element has.
    ///
    /// - Parameter index: 0 ..< ``count``
    /// - Returns: its bytes, without a newline
    @inlinable
    public func byteCount(at index: Int) -> Int {
        precondition(index >= 0 && index < count, "index out of range")
        let range = column.ranges.pointer[index]
        if range.start == BytesColumn.foreignMark { return column.foreign[Int(range.count)].count }
        return Int(range.count)
    }

    /// Calls a closure with the memory of an element, without making a value of it.
    ///
    /// - Parameters:
    ///   - index: 0 ..< ``count``
    ///   - body: gets the element's bytes, which are valid during the call only
    /// - Returns: what the closure returns
    /// - Throws: what the closure throws
    @inlinable
    public func withUnsafeBytes<Result, Failure: Error>(
        at index: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(index >= 0 && index < count, "index out of range")
        return try column.withUnsafeBytes(at: index, body)
    }

    /// Calls a closure with elements as lines, in as few pieces as they stand in memory.
    ///
    /// The pieces, one behind the other, are the elements with a newline behind each. The last element of the batch
    /// gets none where the batch ``endsUnterminated``. No piece is empty.
    ///
    /// - Parameters:
    ///   - range: which elements; within 0 ..< ``count``
    ///   - body: gets the pieces in order; each is valid during its call only
    /// - Throws: what the closure throws; the pieces after that are not given
    @inlinable
    public func forEachLineRun<Failure: Error>(
        in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range out of bounds")
        var index = range.lowerBound
        while index < range.upperBound {
            let end = column.isNewlineTerminated ? endOfRun(from: index, to: range.upperBound, gap: 1) : index + 1
            let endsLine = end < count || !endsUnterminated
            let hasNewline = hasNewlineBehind(end - 1)
            try withRun(index..<end, extra: endsLine && hasNewline ? 1 : 0, body)
            if endsLine, !hasNewline {
                try Swift.withUnsafeBytes(of: 0x0A as UInt8) { newline throws(Failure) in try body(newline) }
            }
            index = end
        }
    }

    /// Calls a closure with all elements as lines: ``forEachLineRun(in:_:)`` over the whole batch.
    ///
    /// - Throws: what the closure throws
    @inlinable
    public func forEachLineRun<Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        try forEachLineRun(in: 0..<count, body)
    }

    /// Calls a closure with the bytes of elements back to back, nothing between them, in as few pieces as they stand
    /// in memory. No piece is empty.
    ///
    /// - Parameters:
    ///   - range: which elements; within 0 ..< ``count``
    ///   - body: gets the pieces in order; each is valid during its call only
    /// - Throws: what the closure throws; the pieces after that are not given
    @inlinable
    public func forEachRun<Failure: Error>(
        in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range out of bounds")
        var index = range.lowerBound
        while index < range.upperBound {
            let end = endOfRun(from: index, to: range.upperBound, gap: 0)
            try withRun(index..<end, extra: 0, body)
            index = end
        }
    }

    /// The index behind the last element that stands in the buffer directly behind the ones before it, with a gap of
    /// so many bytes between two neighbours.
    @inlinable
    func endOfRun(from first: Int, to end: Int, gap: UInt32) -> Int {
        let ranges = column.ranges.pointer
        var range = ranges[first]
        var next = first + 1
        if range.start == BytesColumn.foreignMark { return next }
        while next < end {
            let expected = range.start &+ range.count &+ gap
            range = ranges[next]
            if range.start != expected || expected == BytesColumn.foreignMark { break }
            next += 1
        }
        return next
    }

    /// Whether an element is followed by a newline in the buffer. The last one of a text may not be, whatever the
    /// column says, so the end of each run is looked at.
    @inlinable
    func hasNewlineBehind(_ index: Int) -> Bool {
        let range = column.ranges.pointer[index]
        guard column.isNewlineTerminated, range.start != BytesColumn.foreignMark else { return false }
        let end = Int(range.start) + Int(range.count)
        guard end < column.builder.used else { return false }
        return column.builder.buffer.base.load(fromByteOffset: end, as: UInt8.self) == 0x0A
    }

    /// Calls a closure with the memory from the first to behind the last of elements that stand together, and with so
    /// many extra bytes behind them.
    @inlinable
    func withRun<Failure: Error>(
        _ run: Range<Int>, extra: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let first = column.ranges.pointer[run.lowerBound]
        if first.start == BytesColumn.foreignMark {
            let foreign = column.foreign[Int(first.count)]
            if !foreign.isEmpty { try foreign.withUnsafeBytes(body) }
            return
        }
        let last = column.ranges.pointer[run.upperBound - 1]
        let byteCount = Int(last.start) + Int(last.count) + extra - Int(first.start)
        if byteCount == 0 { return }
        try body(UnsafeRawBufferPointer(start: column.builder.buffer.base + Int(first.start), count: byteCount))
    }
}
