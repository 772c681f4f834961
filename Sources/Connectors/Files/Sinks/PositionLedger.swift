import Connect

/// Where the source goes on, together with the place in the output that goes with it.
struct PositionRecord: Hashable, Sendable {
    var pipeline: String
    var boundary: OutputBoundary
    var positions: [Position]
}

/// The text in which a ``PositionRecord`` is kept beside the output.
///
///     connect positions 1
///     pipeline orders
///     output 0 18422 211 -
///     position /var/log/orders/a.log 4711 - inode%3D42
///     checksum crc32 9ae0daaf
///
/// The words of the output are the number of the file (0 where there is only one), how many bytes and elements of it
/// count, and `unterminated` where its last line has no newline.
enum PositionsText {
    static let frame = ChecksummedText(format: "connect positions", version: 1)

    static func encode(_ record: PositionRecord) -> Bytes {
        let place = record.boundary
        let end = place.isUnterminated ? "unterminated" : "-"
        return frame.encode(
            [
                "pipeline \(PercentEncoding.word(record.pipeline))",
                "output \(place.file) \(place.length) \(place.elementCount) \(end)",
            ] + record.positions.map { "position \($0.words)" }.sorted())
    }

    static func decode(_ text: Bytes) throws(ConnectorError) -> PositionRecord {
        let lines = try frame.decode(text)
        guard lines.count >= 2, lines[0].keyword == "pipeline", lines[0].words.count == 2,
            let pipeline = lines[0].text(at: 1), let boundary = OutputBoundary(lines[1])
        else { throw frame.damaged("it does not name the pipeline and the place in the output") }
        var record = PositionRecord(pipeline: pipeline, boundary: boundary, positions: [])
        for line in lines.dropFirst(2) {
            guard line.keyword == "position", let position = Position(line, from: 1) else {
                throw frame.damaged("line \(line.number) is no position")
            }
            record.positions.append(position)
        }
        return record
    }
}

extension OutputBoundary {
    fileprivate init?(_ line: ChecksummedText.Line) {
        guard line.keyword == "output", line.words.count == 5, let file = line.integer(at: 1),
            let length = line.integer(at: 2), let elementCount = line.integer(at: 3), let end = line.text(at: 4),
            file >= 0, length >= 0, elementCount >= 0, ["", "unterminated"].contains(end)
        else { return nil }
        self.init(
            file: Int(file), length: length, elementCount: Int(elementCount), isUnterminated: end == "unterminated")
    }
}

/// The file beside an output that keeps the positions which go with it.
struct PositionLedger {
    /// What the file holds for certain.
    private(set) var stored: PositionRecord?
    /// Where each partition stands, also those that have not moved in this run.
    private var latest: [Position] = []
    private let file: AtomicFile
    private let pipeline: String
    private let names: SeriesNames

    init(_ names: SeriesNames, pipeline: String, fileSystem: any FileSystem) {
        self.names = names
        self.pipeline = pipeline
        file = AtomicFile(path: names.positions, permissions: 0o666, fileSystem: fileSystem)
    }

    /// Reads what the last run has stored.
    ///
    /// - Throws: where it is damaged, or belongs to another pipeline or another kind of output
    mutating func read() throws(ConnectorError) -> PositionRecord? {
        guard let text = try file.read() else { return nil }
        let record: PositionRecord
        do throws(ConnectorError) {
            record = try PositionsText.decode(text)
        } catch {
            throw ConnectorError(
                error.code,
                "the positions \(file.path) cannot be used: \(error.message)"
                    + (error.code == .damagedCheckpoint ? "; \(remedy)" : ""),
                cause: error)
        }
        guard record.pipeline == pipeline else {
            throw ConnectorError(
                .foreignCheckpoint,
                #"the output \#(names.path) belongs to pipeline "\#(record.pipeline)", not to "\#(pipeline)"; "#
                    + "write to another file")
        }
        guard names.isRolled == (record.boundary.file > 0) else {
            throw ConnectorError(
                .configuration,
                "the output \(names.path) was \(names.isRolled ? "a single file" : "a series of files") when its "
                    + "positions were stored; keep it so, or write to another file")
        }
        stored = record
        latest = record.positions
        return record
    }

    /// Stores a place in the output and the positions that go with it, durably and in one step.
    ///
    /// - Parameters:
    ///   - boundary: the place
    ///   - moved: the positions of partitions that have moved; all others stay where they are
    /// - Throws: where it could not be made durable
    mutating func store(_ boundary: OutputBoundary, _ moved: [Position]) throws(ConnectorError) {
        var positions: [String: Position] = [:]
        for position in latest + moved { positions[position.partition] = position }
        let sorted = positions.values.sorted { $0.partition < $1.partition }
        let record = PositionRecord(pipeline: pipeline, boundary: boundary, positions: sorted)
        if record == stored { return }
        stored = nil
        latest = sorted
        try file.replace(with: PositionsText.encode(record))
        stored = record
    }

    private var remedy: String {
        "restore them from a copy, or move them and the output away to start from the beginning"
    }
}
