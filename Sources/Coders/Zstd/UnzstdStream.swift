import Connect

/// One stream while it is unpacked.
final class UnzstdStream {
    let partition: PartitionID
    /// The partition's name, for errors.
    let title: String
    /// What comes before this was done in an earlier run and is not given out.
    let goal: Int64
    private let unpacker: ZstdUnpacker
    private let output: ChunkBuffer

    init(_ partition: PartitionID, title: String, goal: Int64, chunkBytes: Int) throws(CoderError) {
        self.partition = partition
        self.title = title
        self.goal = goal
        unpacker = try ZstdUnpacker()
        output = ChunkBuffer(capacity: chunkBytes)
    }

    /// How many packed bytes were taken.
    var inputOffset: Int64 { Int64(unpacker.packedOffset) }

    /// How many bytes were unpacked.
    var outputOffset: Int64 { Int64(unpacker.unpackedOffset) }

    /// Unpacks until the input is taken or a chunk is full.
    ///
    /// - Parameters:
    ///   - input: a chunk of the stream
    ///   - consumed: how many bytes of it were taken before
    ///   - isLast: whether the stream ends with it
    /// - Returns: whether there is more to be unpacked from this input
    /// - Throws: where the data are damaged, or end too early; what was unpacked before can still be taken
    func unpack(_ input: Bytes, _ consumed: inout Int, isLast: Bool) throws(CoderError) -> Bool {
        while true {
            let hasMore = try step(input, &consumed)
            dropDone()
            if !hasMore { break }
            if output.isFull { return true }
        }
        if isLast { try unpacker.finish() }
        return false
    }

    private func step(_ input: Bytes, _ consumed: inout Int) throws(CoderError) -> Bool {
        var position = consumed
        defer { consumed = position }
        return try input.withUnsafeBytes { (bytes) throws(CoderError) in
            try output.fill { (free, written) throws(CoderError) in
                try unpacker.unpack(bytes, &position, into: free, &written)
            }
        }
    }

    /// Forgets what lies before the goal.
    private func dropDone() {
        let start = outputOffset - Int64(output.count)
        if start < goal { output.discard(Int(min(goal - start, Int64(output.count)))) }
    }

    /// What was unpacked since the last call.
    ///
    /// - Parameter isLast: whether the stream has ended; its end is a chunk also where that has no bytes
    /// - Returns: nil where there is nothing
    func take(isLast: Bool) -> StreamChunk? {
        dropDone()
        guard output.count > 0 || isLast else { return nil }
        let start = outputOffset - Int64(output.count)
        return StreamChunk(stream: partition, offset: start, bytes: output.take(), isLast: isLast)
    }
}
