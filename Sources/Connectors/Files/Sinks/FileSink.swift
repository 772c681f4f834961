public import Connect

/// Writes elements of bytes to a file, or to a series of files.
///
/// Each element is a line, or they stand back to back (``OutputFraming``); bytes are written as they are.
///
/// - `.append`, the default, adds to what the file holds. Lines begin on a line of their own: where the file ends in
///   the middle of one, a newline comes first. After a crash the elements since the last commit are repeated, and the
///   last line before them may be cut off.
/// - `.create` and `.replace` make a file that appears under its name at the end, as a whole: it is written under the
///   name with `.temporary` behind it. Its elements are confirmed only then.
/// - With a ``RollPolicy`` the files are `out.log.000001`, `out.log.000002` and so on; the one that is being written
///   has `.partial` behind its name. A restart goes on with the next number.
/// - With `.exactlyOnce` delivery the source's positions are kept beside the output, in `out.log.positions`; a restart
///   cuts the output to what they say, so that nothing is there twice. Rolled files lose their `.partial` only once
///   the positions cover them.
///
/// Rolled and exactly-once outputs are locked against a second process by `out.log.lock`.
public struct FileSink: Sink {
    /// What the sink takes.
    public typealias Input = Bytes

    /// What becomes of a file that is there already.
    public enum Mode: Sendable, Hashable {
        /// It is added to.
        case append
        /// It is an error; the new file appears at the end, as a whole.
        case create
        /// It is replaced at the end, in one step. A restart starts anew with what is left of the source, so this is
        /// for sources that are read as a whole each time.
        case replace
    }

    /// What makes elements count as safe.
    public enum Durability: Sendable, Hashable {
        /// They were given to the system; a power failure may lose them.
        case none
        /// They are on the device (`fdatasync`), after each flush.
        case flush
        /// They and all that is said of the file, such as its times, are on the device (`fsync`), after each flush.
        case fsync
    }

    /// How often an element may appear in the output.
    public enum Delivery: Sendable, Hashable {
        /// At least once: after a crash some are repeated.
        case atLeastOnce
        /// Exactly once, also after a crash; for sources that can go on from a position.
        case exactlyOnce
    }

    /// The file, or what the names of a series begin with.
    public var path: FilePath
    /// What becomes of a file that is there already.
    public var mode: Mode
    /// How elements follow each other.
    public var framing: OutputFraming
    /// What makes elements count as safe.
    public var durability: Durability
    /// When a file ends and the next one begins; nil is a single file.
    public var roll: RollPolicy?
    /// How often an element may appear.
    public var delivery: Delivery
    /// The files that are written to.
    public var fileSystem: any FileSystem
    /// What files have in them beside the elements; nil is nothing.
    package var format: OutputFormat?

    /// A file, or a series of files, that elements are written to.
    ///
    /// - Parameters:
    ///   - path: the file, or what the names of a series begin with
    ///   - mode: what becomes of a file that is there already
    ///   - framing: whether elements are lines or stand back to back
    ///   - durability: what makes elements count as safe; exactly-once delivery needs more than `.none`
    ///   - roll: when a file ends and the next one begins; only with `.append`
    ///   - delivery: how often an element may appear; `.exactlyOnce` only with `.append`
    ///   - fileSystem: what is asked for the files
    public init(
        _ path: FilePath, mode: Mode = .append, framing: OutputFraming = .lines, durability: Durability = .flush,
        roll: RollPolicy? = nil, delivery: Delivery = .atLeastOnce, fileSystem: any FileSystem = POSIXFileSystem()
    ) {
        self.path = path
        self.mode = mode
        self.framing = framing
        self.durability = durability
        self.roll = roll
        self.delivery = delivery
        self.fileSystem = fileSystem
    }

    /// What the plan must know of it.
    public var descriptor: SinkDescriptor {
        SinkDescriptor(
            kind: "FileSink", target: path.description, confirmation: confirmation,
            isExactlyOnce: delivery == .exactlyOnce)
    }

    /// Makes the writer of a run.
    ///
    /// - Throws: `ConnectorError` with the code `configuration` where the options do not go together
    public func makeWriter() throws -> FileSinkWriter {
        try validate()
        guard mode == .append else { return FileSinkWriter(AtomicWriter(self)) }
        return delivery == .exactlyOnce
            ? FileSinkWriter(ExactlyOnceWriter(self)) : FileSinkWriter(AppendingWriter(self))
    }

    /// The file that a run would go on writing to. What is there may change.
    ///
    /// - Parameter pipeline: the name of the pipeline
    /// - Returns: its name; nil where it would begin one
    /// - Throws: `ConnectorError` where it cannot be looked for, or the positions beside it cannot be used
    package func unfinishedFile(of pipeline: String) throws(ConnectorError) -> FilePath? {
        guard mode == .append else { return nil }
        let names = SeriesNames(path: path, isRolled: roll != nil)
        if delivery == .exactlyOnce {
            var ledger = PositionLedger(names, pipeline: pipeline, fileSystem: fileSystem)
            guard let boundary = try ledger.read()?.boundary, boundary.length > 0 else { return nil }
            return names.working(boundary.file)
        }
        // Of a series the files of the run before are ended.
        guard !names.isRolled, try fileSystem.existing(path) != nil else { return nil }
        return path
    }

    private var confirmation: SinkDescriptor.Confirmation {
        if mode != .append { return .close }
        return durability == .none ? .write : .flush
    }

    private func validate() throws(ConnectorError) {
        try roll?.validate()
        let name = path.lastComponent
        if name.bytes.isEmpty || name == "." || name == ".." {
            throw ConnectorError(.configuration, "\"\(path)\" does not name a file; name a file to write to")
        }
        if mode != .append, roll != nil || delivery == .exactlyOnce {
            throw ConnectorError(
                .configuration,
                "the file sink for \(path) is to roll or to deliver exactly once, which goes with the mode .append only"
            )
        }
        if delivery == .exactlyOnce, durability == .none {
            throw ConnectorError(
                .configuration,
                "the file sink for \(path) is to deliver exactly once with the durability .none; "
                    + "choose .flush or .fsync")
        }
    }
}
