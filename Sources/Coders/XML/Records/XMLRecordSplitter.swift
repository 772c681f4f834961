public import Connect

extension XML {
    /// Cuts the streams of one run into records; made by ``Records``.
    public struct RecordSplitter: SplitterInstance {
        private let rules: Records
        private var partitions: (any PartitionRegistry)?
        /// Where streams go on that are read from their beginning, by the partition's name.
        private var goals: [String: Int64] = [:]
        private var streams: [PartitionID: XMLRecordStream] = [:]
        /// The stream of the chunk that came last and is not all given out, and whether it ends behind it.
        private var current: (stream: PartitionID, isLast: Bool)?
        private var failure: CoderError?

        init(_ rules: Records) {
            self.rules = rules
        }

        /// Notes where the records go on.
        ///
        /// - Returns: the beginnings of the streams; what has ended stays so
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

        /// Takes the next chunk of a stream.
        ///
        /// - Throws: `CoderError` (`malformed`) where it does not follow the one before it
        public mutating func push(_ chunk: StreamChunk) throws {
            if let failure { throw failure }
            let stream = streams[chunk.stream] ?? begin(chunk)
            guard stream.end == chunk.offset else {
                throw fail(
                    stream,
                    CoderError(
                        .malformed, coder: rules.name, offset: chunk.offset,
                        "a chunk begins at byte \(chunk.offset), but \(stream.end) was expected; the source must give XML from "
                            + "the first byte on, in order and without gaps"))
            }
            stream.append(chunk.bytes)
            current = (chunk.stream, chunk.isLast)
        }

        /// Puts whole records into the batch.
        ///
        /// - Throws: `CoderError` where what stands around the records is malformed, or a record is too long; the records
        ///   before it are in the batch
        public mutating func pull(into batch: inout SourceBatch<Bytes>) throws -> SplitterPull {
            if let failure { throw failure }
            guard let (partition, isLast) = current, let stream = streams[partition] else { return .needsInput }
            do throws(CoderError) {
                while true {
                    if batch.isFull { return .batchFull }
                    guard let record = try stream.next() else { break }
                    if record.end > stream.goal { batch.append(record.bytes, partition: partition, next: record.end) }
                }
                if isLast { try stream.finish() }
            } catch {
                throw fail(stream, error)
            }
            if isLast {
                batch.complete(partition, at: stream.end)
                streams[partition] = nil
            }
            current = nil
            return .needsInput
        }

        private mutating func begin(_ chunk: StreamChunk) -> XMLRecordStream {
            let name = partitions?.name(of: chunk.stream)
            let goal = name.flatMap { goals.removeValue(forKey: $0) } ?? 0
            let stream = XMLRecordStream(rules, title: name ?? "number \(chunk.stream.index)", goal: goal)
            streams[chunk.stream] = stream
            return stream
        }

        private mutating func fail(_ stream: XMLRecordStream, _ error: CoderError) -> CoderError {
            var error = error
            error.message = "stream \(stream.title): \(error.message)"
            failure = error
            return error
        }
    }
}
