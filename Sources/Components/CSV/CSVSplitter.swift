import Connect
import ConnectText

/// Cuts the streams of one run into records; made by `CSVRecords`.
struct CSVSplitter: SplitterInstance {
    /// The mark of the byte order that some programs write before UTF-8.
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let rules: CSVRecords
    private var partitions: (any PartitionRegistry)?
    /// Where streams that are read from their beginning for their header go on, by the partition's name.
    private var goals: [String: Int64] = [:]
    private var streams: [PartitionID: CSVStream] = [:]
    /// What has come in and is not all given out, and how many bytes of it are.
    private var chunk: StreamChunk?
    private var taken = 0
    private var failure: CoderError?

    init(_ rules: CSVRecords) {
        self.rules = rules
    }

    /// Positions of records are positions of their stream; where there is a header it is read once more.
    mutating func resume(at positions: [Position], partitions: any PartitionRegistry) throws -> [Position] {
        self.partitions = partitions
        guard rules.hasHeader else { return positions }
        return positions.map { position in
            if position.isComplete { return position }
            goals[position.partition] = position.offset
            var start = position
            start.offset = 0
            return start
        }
    }

    mutating func push(_ chunk: StreamChunk) throws {
        if let failure { throw failure }
        let stream = streams[chunk.stream] ?? begin(chunk)
        guard stream.end == chunk.offset else {
            throw fail(
                stream, at: chunk.offset,
                "a chunk begins at byte \(chunk.offset), but the one before it ended at byte \(stream.end); the source must "
                    + "give the chunks of a stream in order and without gaps")
        }
        stream.end += Int64(chunk.bytes.count)
        self.chunk = chunk
        taken = 0
    }

    mutating func pull(into batch: inout SourceBatch<CSVRecord>) throws -> SplitterPull {
        if let failure { throw failure }
        guard let chunk, let stream = streams[chunk.stream] else { return .needsInput }
        while let newline = nextNewline(stream, chunk) {
            let end = chunk.offset + Int64(newline) + 1
            try give(stream, chunk.bytes[taken..<newline], end: end, chunk.stream, &batch)
            taken = newline + 1
            if batch.isFull { return .batchFull }
        }
        stream.carry += Array(chunk.bytes[taken..<chunk.bytes.count])
        taken = chunk.bytes.count
        guard stream.carry.count <= rules.maxBytes else { throw tooLong(stream, from: stream.start) }
        if chunk.isLast {
            if batch.isFull { return .batchFull }
            if !stream.carry.isEmpty { try give(stream, Bytes(), end: stream.end, chunk.stream, &batch) }
            batch.complete(chunk.stream, at: stream.end)
            streams[chunk.stream] = nil
        }
        self.chunk = nil
        return .needsInput
    }

    private mutating func begin(_ chunk: StreamChunk) -> CSVStream {
        let name = partitions?.name(of: chunk.stream)
        let goal = name.flatMap { goals.removeValue(forKey: $0) } ?? 0
        let stream = CSVStream(
            title: name ?? "number \(chunk.stream.index)", goal: goal, delimiter: rules.delimiter,
            mayBeMarked: rules.hasHeader, at: chunk.offset)
        streams[chunk.stream] = stream
        return stream
    }

    /// Where the next record ends in the chunk; the scanner has then seen everything up to there.
    private func nextNewline(_ stream: CSVStream, _ chunk: StreamChunk) -> Int? {
        // A copy, so that the object is not asked for each byte.
        var scanner = stream.scanner
        defer { stream.scanner = scanner }
        return chunk.bytes.withUnsafeBytes { bytes in
            let first = skipMark(stream, bytes, &scanner)
            for index in first..<bytes.count where scanner.take(bytes[index]) == .newline { return index }
            return nil
        }
    }

    /// Passes by a mark of the byte order, behind which a field may begin with a quote as anywhere.
    ///
    /// - Returns: the first byte behind it
    private func skipMark(
        _ stream: CSVStream, _ bytes: UnsafeRawBufferPointer, _ scanner: inout CSVScanner
    ) -> Int {
        var index = taken
        while let count = stream.markCount, index < bytes.count {
            if bytes[index] == CSVSplitter.mark[count] {
                stream.markCount = count == 2 ? nil : count + 1
                index += 1
            } else {
                // What looked like one are the first bytes of a field.
                for byte in CSVSplitter.mark[..<count] { _ = scanner.take(byte) }
                stream.markCount = nil
            }
        }
        return index
    }

    /// Gives out a record whose last bytes have come, unless it is the header, empty, or done before.
    private mutating func give(
        _ stream: CSVStream, _ last: Bytes, end: Int64, _ partition: PartitionID,
        _ batch: inout SourceBatch<CSVRecord>
    ) throws {
        var record = stream.carry.isEmpty ? last : Bytes(stream.carry + Array(last))
        stream.carry.removeAll(keepingCapacity: true)
        if record.last == UInt8(ascii: "\r") { record = record[0..<(record.count - 1)] }
        let start = stream.start
        stream.start = end
        stream.count = stream.count.map { $0 + 1 }
        if rules.hasHeader, stream.columns == nil {
            do throws(CoderError) {
                stream.columns = try header(record)
            } catch {
                throw fail(stream, at: start, code: error.code, error.message)
            }
            return
        }
        // Only a record of one column may be an empty line.
        if record.isEmpty, stream.columns.map({ $0.names.count > 1 }) ?? true { return }
        if end <= stream.goal { return }
        guard record.count <= rules.maxBytes else { throw tooLong(stream, from: start) }
        batch.append(
            CSVRecord(originalBytes: record, columns: stream.columns, number: stream.count), partition: partition,
            next: end)
    }

    private func header(_ record: Bytes) throws(CoderError) -> CSVColumns {
        let bytes = record.starts(with: CSVSplitter.mark) ? record[3..<record.count] : record
        let fields = try bytes.withUnsafeBytes { (bytes) throws(CoderError) in
            try CSVFields(delimiter: rules.delimiter).parse(bytes, title: "the header, record 1")
        }
        var names: [String] = []
        for field in fields {
            guard let name = String(validating: field, as: UTF8.self) else {
                throw CSVFields.malformed("the header, record 1, field \(names.count + 1), is not UTF-8")
            }
            names.append(name)
        }
        return try CSVColumns(names)
    }

    private mutating func tooLong(_ stream: CSVStream, from start: Int64) -> CoderError {
        fail(
            stream, at: start, code: .limitExceeded,
            "the record that begins at byte \(start) has more than \(rules.maxBytes) bytes; look for a quote that is not "
                + "closed, or raise maxBytes")
    }

    private mutating func fail(
        _ stream: CSVStream, at offset: Int64, code: CoderError.Code = .malformed, _ text: String
    ) -> CoderError {
        let error = CoderError(code, coder: rules.name, offset: offset, "stream \(stream.title): \(text)")
        failure = error
        return error
    }
}
