public import Connect

/// Unpacks the streams of one run; made by ``Gunzip``.
public struct GunzipSplitter: SplitterInstance {
    private let name: String
    private let only: Gunzip.Selection
    private let output: ChunkBuffer
    private var partitions: (any PartitionRegistry)?
    /// Where the output of streams that are unpacked goes on, by the partition's name.
    private var goals: [String: Int64] = [:]
    private var streams: [PartitionID: GunzipStream] = [:]
    /// Inflaters of streams that have ended, for the next ones.
    private var idle: [GzipInflater] = []
    /// What has come in and is not all given out, and how many bytes of it are.
    private var chunk: StreamChunk?
    private var consumed = 0
    private var failure: CoderError?

    init(name: String, only: Gunzip.Selection, chunkBytes: Int) {
        self.name = name
        self.only = only
        output = ChunkBuffer(capacity: chunkBytes)
    }

    /// Notes where the output goes on.
    ///
    /// - Returns: for streams that are unpacked their beginning, for others the same positions; what has ended stays so
    public mutating func resume(at positions: [Position], partitions: any PartitionRegistry) throws -> [Position] {
        self.partitions = partitions
        return positions.map { position in
            guard isSelected(position.partition) else { return position }
            var input = position
            input.offset = 0
            if !position.isComplete { goals[position.partition] = position.offset }
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
        let title = partitions?.name(of: chunk.stream)
        guard isSelected(title) else { return }
        let stream = try streams[chunk.stream] ?? begin(chunk.stream, title)
        guard stream.inputOffset == chunk.offset else {
            throw fail(
                CoderError(
                    .malformed, coder: name, offset: chunk.offset,
                    "stream \(stream.title): a chunk begins at byte \(chunk.offset), but \(stream.inputOffset) was expected; "
                        + "the source must give gzip data from the first byte on, in order and without gaps"))
        }
    }

    /// Gives one chunk of the output at a time, so that no more than one is held, however much the data expand.
    ///
    /// - Throws: `CoderError` at data that are damaged or truncated, after all that was unpacked before
    public mutating func pull(into batch: inout SourceBatch<StreamChunk>) throws -> SplitterPull {
        if let failure { throw failure }
        guard let chunk else { return .needsInput }
        if batch.isFull { return .batchFull }
        guard let stream = streams[chunk.stream] else {
            put(chunk, into: &batch)
            self.chunk = nil
            return .needsInput
        }
        let hasMore: Bool
        do {
            hasMore = try stream.inflate(chunk.bytes, &consumed, isLast: chunk.isLast)
        } catch {
            let error = CoderError(error, coder: name, stream: stream.title)
            guard let rest = stream.take(isLast: false) else { throw fail(error) }
            // Given out first; the next call throws.
            put(rest, into: &batch)
            failure = error
            return .batchFull
        }
        let hasEnded = chunk.isLast && !hasMore
        if hasEnded { try checkGoal(stream) }
        if let output = stream.take(isLast: hasEnded) { put(output, into: &batch) }
        if hasMore { return .batchFull }
        self.chunk = nil
        if hasEnded, let inflater = streams.removeValue(forKey: chunk.stream)?.inflater { idle.append(inflater) }
        return .needsInput
    }

    private func isSelected(_ title: String?) -> Bool {
        switch only {
        case .everyStream: true
        case .named(let suffix): title?.hasSuffix(suffix) ?? false
        }
    }

    private mutating func begin(_ partition: PartitionID, _ title: String?) throws -> GunzipStream {
        do {
            let inflater = try idle.popLast() ?? GzipInflater()
            inflater.reset()
            let goal = title.flatMap { goals.removeValue(forKey: $0) } ?? 0
            let stream = GunzipStream(
                partition, title: title ?? "number \(partition.index)", goal: goal, inflater: inflater,
                output: output)
            streams[partition] = stream
            return stream
        } catch let error as GzipError {
            throw fail(CoderError(error, coder: name, stream: title))
        }
    }

    /// A stream that ends before the place where it should go on is not the one that was read before.
    private mutating func checkGoal(_ stream: GunzipStream) throws {
        guard stream.goal > stream.outputOffset else { return }
        throw fail(
            CoderError(
                .truncated, coder: name, offset: stream.inputOffset,
                "stream \(stream.title): it ends after \(stream.outputOffset) unpacked bytes, but should go on at "
                    + "\(stream.goal), where an earlier run has come to; it was replaced or cut since: restore it, or reset "
                    + "the checkpoint to read it from its beginning"))
    }

    private func put(_ chunk: StreamChunk, into batch: inout SourceBatch<StreamChunk>) {
        let end = chunk.offset + Int64(chunk.bytes.count)
        batch.append(chunk, partition: chunk.stream, next: end)
        if chunk.isLast { batch.complete(chunk.stream, at: end) }
    }

    private mutating func fail(_ error: CoderError) -> CoderError {
        failure = error
        return error
    }
}
