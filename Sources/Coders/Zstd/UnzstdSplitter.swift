public import Connect

/// Unpacks the streams of one run; made by `Unzstd`.
public struct UnzstdSplitter: SplitterInstance {
    private let chunkBytes: Int
    private var partitions: (any PartitionRegistry)?
    /// Where the output of streams goes on, by the partition's name.
    private var goals: [String: Int64] = [:]
    private var streams: [PartitionID: UnzstdStream] = [:]
    /// What has come in and is not all given out, and how many bytes of it are.
    private var chunk: StreamChunk?
    private var consumed = 0
    private var failure: CoderError?

    init(chunkBytes: Int) {
        self.chunkBytes = chunkBytes
    }

    /// Notes where the output goes on.
    ///
    /// - Returns: the beginnings of the streams; what has ended stays so
    public mutating func resume(at positions: [Position], partitions: any PartitionRegistry) throws -> [Position] {
        self.partitions = partitions
        return positions.map { position in
            if !position.isComplete { goals[position.partition] = position.offset }
            var input = position
            input.offset = 0
            return input
        }
    }

    /// Takes the next chunk of a stream.
    ///
    /// - Throws: `CoderError` (`malformed`) where it does not follow the one before it
    public mutating func push(_ chunk: StreamChunk) throws {
        if let failure { throw failure }
        self.chunk = chunk
        consumed = 0
        let stream = try streams[chunk.stream] ?? begin(chunk.stream)
        guard stream.inputOffset == chunk.offset else {
            throw fail(
                .malformed, stream.title, at: chunk.offset,
                "a chunk begins at byte \(chunk.offset), but \(stream.inputOffset) was expected; the source must give the data "
                    + "from the first byte on, in order and without gaps")
        }
    }

    /// Gives one chunk of the output at a time, so that no more than one is held, however much the data expand.
    ///
    /// - Throws: `CoderError` at data that are damaged or cut, after all that was unpacked before
    public mutating func pull(into batch: inout SourceBatch<StreamChunk>) throws -> SplitterPull {
        if let failure { throw failure }
        guard let chunk, let stream = streams[chunk.stream] else { return .needsInput }
        if batch.isFull { return .batchFull }
        let hasMore: Bool
        do {
            hasMore = try stream.unpack(chunk.bytes, &consumed, isLast: chunk.isLast)
        } catch {
            let error = fail(error.code, stream.title, at: error.offset ?? 0, error.message)
            guard let rest = stream.take(isLast: false) else { throw error }
            // Given out first; the next call throws.
            put(rest, into: &batch)
            return .batchFull
        }
        let hasEnded = chunk.isLast && !hasMore
        if hasEnded, stream.goal > stream.outputOffset {
            throw fail(
                .truncated, stream.title, at: stream.inputOffset,
                "it ends after \(stream.outputOffset) unpacked bytes, but should go on at \(stream.goal), where an earlier run "
                    + "has come to; it was replaced or cut since: restore it, or reset the checkpoint")
        }
        if let output = stream.take(isLast: hasEnded) { put(output, into: &batch) }
        if hasMore { return .batchFull }
        self.chunk = nil
        if hasEnded { streams[chunk.stream] = nil }
        return .needsInput
    }

    private mutating func begin(_ partition: PartitionID) throws -> UnzstdStream {
        let name = partitions?.name(of: partition)
        let stream = try UnzstdStream(
            partition, title: name ?? "number \(partition.index)",
            goal: name.flatMap { goals.removeValue(forKey: $0) } ?? 0,
            chunkBytes: chunkBytes)
        streams[partition] = stream
        return stream
    }

    private func put(_ chunk: StreamChunk, into batch: inout SourceBatch<StreamChunk>) {
        let end = chunk.offset + Int64(chunk.bytes.count)
        batch.append(chunk, partition: chunk.stream, next: end)
        if chunk.isLast { batch.complete(chunk.stream, at: end) }
    }

    private mutating func fail(
        _ code: CoderError.Code, _ stream: String, at offset: Int64, _ text: String
    ) -> CoderError {
        let error = CoderError(code, coder: "UNZSTD", offset: offset, "stream \(stream): \(text)")
        failure = error
        return error
    }
}
