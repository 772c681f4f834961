public import Connect

/// Cuts the container files of one run into data; made by ``AvroFile``.
public struct AvroFileSplitter: SplitterInstance {
    private let recovers: Bool
    private let limits: AvroLimits
    private let name: String
    private var partitions: (any PartitionRegistry)?
    /// How many data of a file are done, by the partition's name.
    private var goals: [String: Int64] = [:]
    private var streams: [PartitionID: AvroFileStream] = [:]
    /// The stream that the last chunk belongs to, and whether it was its last.
    private var current: (stream: PartitionID, isLast: Bool)?
    private var failure: CoderError?

    init(recovers: Bool, limits: AvroLimits, name: String) {
        self.recovers = recovers
        self.limits = limits
        self.name = name
    }

    /// Notes how many data are done.
    ///
    /// - Returns: the beginnings of the files; what has ended stays so
    public mutating func resume(at positions: [Position], partitions: any PartitionRegistry) throws -> [Position] {
        self.partitions = partitions
        return positions.map { position in
            if position.isComplete { return position }
            goals[position.partition] = position.offset
            var start = position
            start.offset = 0
            return start
        }
    }

    /// Takes the next chunk of a file.
    ///
    /// - Throws: `CoderError` where it does not follow the one before it
    public mutating func push(_ chunk: StreamChunk) throws {
        if let failure { throw failure }
        let stream: AvroFileStream
        if let known = streams[chunk.stream] {
            stream = known
        } else {
            let goal = partitions?.name(of: chunk.stream).flatMap { goals.removeValue(forKey: $0) } ?? 0
            stream = AvroFileStream(goal: goal, recovers: recovers, limits: limits)
            streams[chunk.stream] = stream
        }
        guard stream.end == chunk.offset else {
            throw fail(
                chunk.stream,
                CoderError(
                    .malformed, coder: name, offset: chunk.offset,
                    "a chunk begins at byte \(chunk.offset), but the one before it ended at byte \(stream.end); the source must "
                        + "give the data from the first byte on, in order and without gaps"))
        }
        stream.append(chunk.bytes)
        current = (chunk.stream, chunk.isLast)
    }

    /// Puts the data of blocks that have come whole into the batch.
    ///
    /// - Throws: `CoderError` at what is damaged or cut; the data before it are in the batch
    public mutating func pull(into batch: inout SourceBatch<AvroBinary>) throws -> SplitterPull {
        if let failure { throw failure }
        guard let current, let stream = streams[current.stream] else { return .needsInput }
        do throws(CoderError) {
            while true {
                if batch.isFull { return .batchFull }
                let isGiven = try stream.give { data, number in
                    batch.append(from: &data, partition: current.stream, offset: number)
                }
                if isGiven || current.isLast && stream.giveUp() { continue }
                break
            }
            if current.isLast {
                try stream.finish()
                batch.complete(current.stream, at: stream.number)
                streams[current.stream] = nil
            }
        } catch {
            throw fail(current.stream, error)
        }
        self.current = nil
        return .needsInput
    }

    private mutating func fail(_ stream: PartitionID, _ error: CoderError) -> CoderError {
        let place = partitions?.name(of: stream) ?? "number \(stream.index)"
        let named = CoderError(error.code, coder: name, offset: error.offset, "stream \(place): \(error.message)")
        failure = named
        return named
    }
}
