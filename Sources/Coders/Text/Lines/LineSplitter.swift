public import Connect

/// Splits the streams of one run into lines; made by ``Lines``.
public struct LineSplitter: SplitterInstance {
    private let rules: LineRules
    private let name: String
    private var partitions: (any PartitionRegistry)?
    /// What has come in and is not all given out, and how many bytes of it are.
    private var chunk: StreamChunk?
    private var taken = 0
    /// The unfinished last lines of the streams.
    private var carries: [PartitionID: LineCarry] = [:]
    private var failure: CoderError?

    init(rules: LineRules, name: String) {
        self.rules = rules
        self.name = name
    }

    /// Positions of lines are positions of their stream.
    ///
    /// - Returns: the same positions
    public mutating func resume(at positions: [Position], partitions: any PartitionRegistry) throws -> [Position] {
        self.partitions = partitions
        return positions
    }

    /// Takes the next chunk of a stream.
    ///
    /// - Throws: `CoderError` where the chunk does not follow the one before it, so that a line would be made of
    ///   two halves that do not belong together
    public mutating func push(_ chunk: StreamChunk) throws {
        if let failure { throw failure }
        if let carry = carries[chunk.stream], carry.count > 0, carry.end != chunk.offset {
            throw fail(
                .malformed, chunk.stream, at: chunk.offset,
                "a chunk begins at byte \(chunk.offset), but the one before it ended at byte \(carry.end) in the middle "
                    + "of a line; the source must give the chunks of a stream in order and without gaps")
        }
        self.chunk = chunk
        taken = 0
    }

    /// Puts whole lines into the batch; at the end of a stream also the rest behind the last newline.
    ///
    /// - Throws: `CoderError` (`limitExceeded`) at a line that is too long; the lines before it are in the batch
    public mutating func pull(into batch: inout SourceBatch<Bytes>) throws -> SplitterPull {
        if let failure { throw failure }
        guard let chunk else { return .needsInput }
        if taken == 0, let carry = carries[chunk.stream], carry.count > 0 {
            guard try join(carry, chunk, &batch) else { return .batchFull }
        }
        let rest = chunk.bytes[taken..<chunk.bytes.count]
        let offset = chunk.offset + Int64(taken)
        let added = batch.appendLines(of: rest, partition: chunk.stream, offset: offset, rules: rules)
        taken += added
        if added < rest.count {
            let line = rest[added..<rest.count]
            guard batch.canAppendLines(of: line) else { return .batchFull }
            try keep(line, of: chunk.stream, from: offset + Int64(added))
            taken = chunk.bytes.count
        }
        if chunk.isLast {
            guard endStream(chunk.stream, at: chunk.offset + Int64(chunk.bytes.count), &batch) else {
                return .batchFull
            }
        }
        self.chunk = nil
        return .needsInput
    }

    /// Ends the line that began in an earlier chunk, or makes it longer by all of this one.
    ///
    /// - Returns: whether there was room for it
    private mutating func join(
        _ carry: LineCarry, _ chunk: StreamChunk, _ batch: inout SourceBatch<Bytes>
    ) throws -> Bool {
        let end = chunk.bytes.firstNewline()
        let added = end ?? chunk.bytes.count
        guard carry.count + added <= rules.maxLineBytes else { throw tooLong(chunk.stream, from: carry.start) }
        guard let end else {
            carry.append(chunk.bytes)
            taken = chunk.bytes.count
            return true
        }
        if batch.isFull { return false }
        carry.append(chunk.bytes[0..<end])
        taken = end + 1
        batch.appendWhole(
            carry.take(strippingCarriageReturn: rules.stripsCarriageReturns), partition: chunk.stream,
            next: chunk.offset + Int64(taken))
        return true
    }

    /// Keeps the beginning of a line until the rest of it comes.
    private mutating func keep(_ line: Bytes, of stream: PartitionID, from start: Int64) throws {
        guard line.count <= rules.maxLineBytes else { throw tooLong(stream, from: start) }
        let carry = carries[stream] ?? LineCarry()
        carry.begin(line, at: start)
        carries[stream] = carry
    }

    /// Gives out the rest of a stream and notes that it has ended.
    ///
    /// - Returns: whether there was room for the rest
    private mutating func endStream(
        _ stream: PartitionID, at end: Int64, _ batch: inout SourceBatch<Bytes>
    ) -> Bool {
        if let carry = carries[stream], carry.count > 0 {
            if batch.isFull { return false }
            batch.appendWhole(carry.take(strippingCarriageReturn: false), partition: stream, next: end)
            batch.markUnterminated()
        }
        carries[stream] = nil
        batch.complete(stream, at: end)
        return true
    }

    private mutating func tooLong(_ stream: PartitionID, from start: Int64) -> CoderError {
        fail(
            .limitExceeded, stream, at: start,
            "the line that begins at byte \(start) has more than \(rules.maxLineBytes) bytes; raise maxLineBytes if lines "
                + "of this size are expected, or check that the data are lines at all")
    }

    private mutating func fail(
        _ code: CoderError.Code, _ stream: PartitionID, at offset: Int64, _ text: String
    ) -> CoderError {
        let place = partitions?.name(of: stream) ?? "number \(stream.index)"
        let error = CoderError(code, coder: name, offset: offset, "stream \(place): \(text)")
        failure = error
        return error
    }
}
