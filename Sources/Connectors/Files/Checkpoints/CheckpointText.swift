public import Connect

/// The text in which a checkpoint is kept; see ``DirectoryCheckpointStore``.
///
///     connect checkpoint 1
///     pipeline orders
///     position FileSource:/var/log/orders /var/log/orders/a.log 4711 - inode%3D42
///     position FileSource:/var/log/orders /var/log/orders/b.log 90 complete -
///     state count 17
///     checksum crc32 9ae0daaf
///
/// One position per line: identity of the source stage, partition, offset, `complete` or `-`, detail. One durable fold
/// per line: stage, state. The lines are sorted and all words percent-encoded (RFC 3986), `-` is an empty one; so a
/// checkpoint has exactly one text. The checksum is the CRC-32 of everything before its line.
public enum CheckpointText {
    /// The version of the format that is written, and the newest that is read.
    public static let version = 1

    static let frame = ChecksummedText(format: "connect checkpoint", version: version)

    /// The text of a checkpoint. Sources without positions leave no trace in it.
    public static func encode(_ checkpoint: Checkpoint) -> Bytes {
        let positions = checkpoint.positions.flatMap { source, positions in
            positions.map { "position \(PercentEncoding.word(source)) \($0.words)" }
        }
        let states = checkpoint.states.map { stage, state in
            "state \(PercentEncoding.word(stage)) \(PercentEncoding.word(state))"
        }
        return frame.encode(
            ["pipeline \(PercentEncoding.word(checkpoint.pipeline))"] + positions.sorted() + states.sorted())
    }

    /// The checkpoint that a text holds.
    ///
    /// - Returns: the checkpoint, positions sorted by source and partition
    /// - Throws: `damaged_checkpoint` for a text that is altered, cut off or something else; `newer_checkpoint` for
    ///   one of a newer version
    public static func decode(_ text: Bytes) throws(ConnectorError) -> Checkpoint {
        let lines = try frame.decode(text)
        guard let first = lines.first, first.keyword == "pipeline", first.words.count == 2,
            let pipeline = first.text(at: 1)
        else { throw frame.damaged("its second line does not name the pipeline") }
        var checkpoint = Checkpoint(pipeline: pipeline)
        for line in lines.dropFirst() where !add(line, to: &checkpoint) {
            throw frame.damaged("line \(line.number) is neither a position nor a state")
        }
        // The lines are sorted as they are encoded, where an empty name or a percent sign stands elsewhere.
        for source in checkpoint.positions.keys {
            checkpoint.positions[source]?.sort { $0.partition < $1.partition }
        }
        return checkpoint
    }

    /// - Returns: whether the line is of a known form
    private static func add(_ line: ChecksummedText.Line, to checkpoint: inout Checkpoint) -> Bool {
        switch line.keyword {
        case "position":
            guard let source = line.text(at: 1), let position = Position(line, from: 2) else { return false }
            checkpoint.positions[source, default: []].append(position)
        case "state":
            guard line.words.count == 3, let stage = line.text(at: 1), let state = line.text(at: 2) else {
                return false
            }
            checkpoint.states[stage] = state
        default:
            return false
        }
        return true
    }
}
