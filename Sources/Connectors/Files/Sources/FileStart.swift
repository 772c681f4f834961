import Connect
import Logging

/// A file that is to be read, and from where.
struct FileStart: Sendable, Hashable {
    var path: FilePath
    /// The name of its partition.
    var name: String
    /// Where to go on, in the source's own unit.
    var offset: Int64
    /// Which file the position belongs to; nil on a first run.
    var known: KnownFile?
    /// How many bytes it has; nil for a stream.
    var size: Int64?

    init(path: FilePath, position: Position?) {
        self.path = path
        name = path.percentEncoded
        offset = position?.offset ?? 0
        known = position.flatMap { KnownFile(detail: $0.detail) }
    }
}

/// A file that was opened to be read from a position.
struct StartedFile {
    var file: any OpenFile
    var status: FileStatus
    /// What its positions are stored with.
    var detail: String
}

/// Finds out what there is to read, and opens it.
struct FileStarter {
    let fileSystem: any FileSystem
    let logger: Logger

    /// The files that are not done yet, each looked at, so that what cannot be read is known before anything is.
    ///
    /// - Throws: where a file cannot be opened, or is not the one that its position speaks of
    func starts(_ selection: FileSelection, positions: [Position], offsetsAreBytes: Bool) throws(ConnectorError)
        -> [FileStart]
    {
        let known = Dictionary(positions.map { ($0.partition, $0) }, uniquingKeysWith: { _, last in last })
        let paths = try selection.paths(in: fileSystem)
        var starts: [FileStart] = []
        for path in paths {
            var start = FileStart(path: path, position: known[path.percentEncoded])
            let isDone = known[start.name]?.isComplete ?? false || (!offsetsAreBytes && start.offset > 0)
            let status = try look(at: start, checksSize: offsetsAreBytes && !isDone)
            if status.kind == .regular { start.size = status.size }
            if !isDone || status.kind == .stream {
                starts.append(start)
            } else if offsetsAreBytes, start.offset > 0, status.size > start.offset, !path.hasSuffix(".gz") {
                logger.warning("\(path) was read to its end before and has grown since; what was added is not read")
            }
        }
        warnOfMissing(known, present: Set(paths.map(\.percentEncoded)))
        return starts
    }

    /// Opens a file and goes to its position.
    ///
    /// - Parameters:
    ///   - start: the file
    ///   - offsetsAreBytes: whether the position counts bytes; the file is then told apart by its first ones
    /// - Returns: the file, at its position
    /// - Throws: where it cannot be opened, or is not the one that its position speaks of
    func open(_ start: FileStart, offsetsAreBytes: Bool = true) throws(ConnectorError) -> StartedFile {
        let file = try fileSystem.open(start.path, .reading)
        let status = try file.status()
        try check(start, file, status, checksSize: offsetsAreBytes)
        guard status.kind == .regular else {
            return StartedFile(file: file, status: status, detail: status.identity.description)
        }
        var known = KnownFile(identity: status.identity)
        if offsetsAreBytes {
            known.beginning = try KnownFile.Beginning(of: file, nextReadAt: start.offset)
        }
        return StartedFile(file: file, status: status, detail: known.description)
    }

    private func look(at start: FileStart, checksSize: Bool) throws(ConnectorError) -> FileStatus {
        let status = try fileSystem.status(of: start.path)
        // A pipe's writer would notice that it is opened and closed again.
        guard status.kind == .regular else {
            try checkKind(start.path, status.kind)
            return status
        }
        let file = try fileSystem.open(start.path, .reading)
        let opened = try file.status()
        try check(start, file, opened, checksSize: checksSize)
        try file.close()
        return opened
    }

    private func checkKind(_ path: FilePath, _ kind: FileStatus.Kind) throws(ConnectorError) {
        switch kind {
        case .regular, .stream: return
        case .directory: throw .directory(path)
        case .symbolicLink, .other:
            throw ConnectorError(.configuration, "\(path) is neither a file nor a stream of bytes")
        }
    }

    private func check(
        _ start: FileStart, _ file: any OpenFile, _ status: FileStatus, checksSize: Bool
    ) throws(ConnectorError) {
        try checkKind(start.path, status.kind)
        // What was read of a stream is gone from it, so it simply goes on.
        if status.kind == .stream { return }
        if checksSize, status.size < start.offset {
            throw ConnectorError(
                .malformed,
                """
                \(start.path) has \(status.size) bytes, but the checkpoint says that \(start.offset) were read: it was \
                cut or written anew; put the file back, follow it, or remove the checkpoint to read all files again
                """)
        }
        guard let known = start.known else { return }
        guard try known.isSame(as: file, status.identity, nextReadAt: 0) else {
            throw ConnectorError(
                .malformed,
                """
                \(start.path) is another file than the one that the checkpoint speaks of (device and inode are \
                \(status.identity), were \(known.identity)): it was replaced or written anew; put the file back, follow \
                it, or remove the checkpoint to read all files again
                """)
        }
        if known.identity.device != status.identity.device {
            logger.notice("\(start.path) is on device \(status.identity.device), was on \(known.identity.device)")
        }
    }

    private func warnOfMissing(_ known: [String: Position], present: Set<String>) {
        for position in known.values.sorted(by: { $0.partition < $1.partition })
        where !position.isComplete && !present.contains(position.partition) {
            logger.warning("\(position.partition) was read to byte \(position.offset) before and is not there any more")
        }
    }
}

extension SourceProgress {
    /// Says how many bytes there are to read, where no stream is among them.
    func begin(_ starts: [FileStart], offsetsAreBytes: Bool) {
        var (done, total): (Int64, Int64) = (0, 0)
        for start in starts {
            guard let size = start.size else { return }
            total += size
            if offsetsAreBytes { done += start.offset }
        }
        begin(total: total, done: done)
    }
}

extension ConnectorError {
    /// A directory that was named where a file is needed.
    static func directory(_ path: FilePath) -> ConnectorError {
        ConnectorError(
            .configuration, "\(path) is a directory; read the files in it with FileSource(directory:) or a glob")
    }
}
