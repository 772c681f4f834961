extension SourceBatch<Bytes> {
    /// Whether the elements stand in a buffer of somebody else, so that others would cost a reference count each.
    package var isShared: Bool { batch.column.isShared }

    /// Appends elements of a partition whose elements are numbered one by one. Where the batch is empty and they are long
    /// together, and stand in one buffer, they are not copied.
    ///
    /// - Parameters:
    ///   - elements: at most ``room``
    ///   - partition: their partition
    ///   - offset: the number of the first
    package mutating func append(_ elements: ArraySlice<Bytes>, partition: PartitionID, offset: Int64) {
        guard !elements.isEmpty else { return }
        if !share(elements) {
            for element in elements { batch.append(element) }
        }
        batch.endsUnterminated = false
        noteNumbered(partition, offset, count: elements.count)
    }

    /// Lets the column refer to the buffer in which all of these elements stand, if there is one.
    private mutating func share(_ elements: ArraySlice<Bytes>) -> Bool {
        precondition(elements.count <= batch.capacity - batch.count, "the batch is full")
        guard batch.isEmpty, !batch.column.isShared, batch.column.builder.used == 0, let first = elements.first else {
            return false
        }
        let ranges = batch.column.ranges.pointer
        let end = elements.withUnsafeBufferPointer { elements -> Int? in
            var end = first.start
            for index in elements.indices {
                let element = elements[index]
                guard element.buffer === first.buffer, element.start >= end,
                    element.start + element.count < Int(UInt32.max)
                else { return nil }
                end = element.start + element.count
                ranges[index] = ByteRange(start: UInt32(element.start), count: UInt32(element.count))
            }
            return end
        }
        guard let end, end - first.start >= Self.shareMinimum else { return false }
        batch.column.builder.buffer = first.buffer
        batch.column.builder.used = end
        batch.column.base = first.start
        batch.column.isShared = true
        batch.column.isNewlineTerminated = false
        batch.filled = elements.count
        return true
    }
}
