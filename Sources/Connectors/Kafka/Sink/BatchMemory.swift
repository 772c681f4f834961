import Connect

/// The memory of a batch's values that a client may read instead of copies.
enum BatchMemory {
    /// The buffer in which the values of a batch stand, where they fill at least half of it: then holding it until they
    /// are delivered takes no more than twice what copies would.
    ///
    /// - Parameters:
    ///   - batch: whose values they are
    ///   - room: how many bytes may be held
    /// - Returns: nil where they stand in several buffers, are a small part of one, or are small
    static func worthHolding(of batch: borrowing Batch<KeyValue>, atMost room: Int) -> BytesBuffer? {
        guard batch.count > 0, let buffer = batch.withElement(at: 0, { $0.memoryOfValue }), buffer.capacity <= room
        else { return nil }
        var bytes = 0
        for index in 0..<batch.count {
            let count = batch.withElement(at: index) { (element: borrowing KeyValue) in
                element.valueByteCount(in: buffer)
            }
            guard let count else { return nil }
            bytes += count
        }
        return 2 * bytes >= buffer.capacity && bytes >= batch.count * leastBytes ? buffer : nil
    }

    /// A copy of a smaller value stands beside what the client notes of it, and costs less than a second place in memory.
    private static let leastBytes = 512
}
