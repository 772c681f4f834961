import Connect

/// One stream while it is unpacked.
final class GunzipStream {
    let partition: PartitionID
    /// The partition's name, for errors.
    let title: String
    /// What comes before this was done in an earlier run and is not given out.
    let goal: Int64
    let inflater: GzipInflater
    /// Shared by the streams of a run: it is empty whenever another stream's turn comes.
    private let output: ChunkBuffer

    init(_ partition: PartitionID, title: String, goal: Int64, inflater: GzipInflater, output: ChunkBuffer) {
        self.partition = partition
        self.title = title
        self.goal = goal
        self.inflater = inflater
        self.output = output
    }

    /// How many bytes of the input were consumed.
    var inputOffset: Int64 { Int64(inflater.compressedOffset) }

    /// How many bytes were unpacked.
    var outputOffset: Int64 { Int64(inflater.uncompressedOffset) }

    /// Unpacks until the input is consumed or a chunk is full.
    ///
    /// - Parameters:
    ///   - input: a chunk of the stream
    ///   - consumed: how many bytes of it were consumed before
    ///   - isLast: whether the stream ends with it
    /// - Returns: whether there is more to be unpacked from this input
    /// - Throws: where the data are damaged, or end too early; what was unpacked before can still be taken
    func inflate(_ input: Bytes, _ consumed: inout Int, isLast: Bool) throws(GzipError) -> Bool {
        while true {
            let progress = try step(input, &consumed)
            dropDone()
            if progress == .needsInput { break }
            if output.isFull { return true }
        }
        if isLast { try inflater.finish() }
        return false
    }

    private func step(_ input: Bytes, _ consumed: inout Int) throws(GzipError) -> GzipInflater.Progress {
        var position = consumed
        defer { consumed = position }
        return try input.withUnsafeBytes { (bytes) throws(GzipError) in
            try output.fill { (free, written) throws(GzipError) in
                try inflater.inflate(input: bytes, consumed: &position, into: free, produced: &written)
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
