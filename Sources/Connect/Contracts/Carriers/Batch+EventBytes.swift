extension Batch {
    /// Whether each element has bytes of its own number. Elements of other types have as many as the type takes, so
    /// that counting them says it all.
    @inlinable static var hasPayload: Bool {
        Element.self == Bytes.self || Element.self == String.self || Element.self == KeyValue.self
            || Element.self == StreamChunk.self
    }

    /// How many bytes the first elements have, for metrics; also while they are being taken out of the batch.
    @inlinable
    func eventBytes(_ count: Int) -> Int {
        if Element.self == Bytes.self { return column.eventBytes(count, isWhole: !hasOrigins) }
        guard Batch.hasPayload else { return count * MemoryLayout<Element>.stride }
        var bytes = 0
        for index in 0..<count { bytes += byteSize(of: storage.elements[index]) }
        return bytes
    }
}

extension BytesColumn {
    /// How many bytes the first elements have, without what stands between them.
    ///
    /// - Parameters:
    ///   - count: how many elements
    ///   - isWhole: whether none was left out, so that they may stand one behind the other
    /// - Returns: their bytes
    @inlinable
    func eventBytes(_ count: Int, isWhole: Bool) -> Int {
        guard count > 0 else { return 0 }
        if isWhole, isNewlineTerminated, foreign.isEmpty {
            let last = ranges.pointer[count - 1]
            return Int(last.start) + Int(last.count) - Int(ranges.pointer[0].start) - (count - 1)
        }
        var bytes = 0
        for index in 0..<count {
            let range = ranges.pointer[index]
            bytes += range.start == BytesColumn.foreignMark ? foreign[Int(range.count)].count : Int(range.count)
        }
        return bytes
    }
}
