public import Connect

/// Reads files as streams of bytes: one file, several, those that match a pattern, or those in a directory.
///
/// The files are read one after the other, a pattern's and a directory's in the byte-wise order of their paths, and
/// their bytes pass unchanged, in chunks of at most 64 KiB. Each file is a partition of its own, named by its
/// percent-encoded path. A run that starts from a checkpoint skips the files that were read to their end and goes on
/// in the middle of the others; files that have come since are read as well. A file that is shorter than its position,
/// or that was replaced or written anew (told by its device, its inode and its first 1024 bytes), is refused.
///
/// Pipes and devices can be named like files; they are read once and never again.
///
/// With `follow` the source does not end: it waits for what is written to the files and for new files. It starts from
/// the beginning of a file that was cut, and of one that took another's place (by renaming or deleting that and creating
/// it again), after the other's last byte. A file that is renamed is not read again under its new name, nor is it after
/// a restart. Appended bytes are seen within 200 ms, new files of a pattern or directory within a second; all files
/// stay open. What nobody can see: bytes that were written and cut off again between two looks, and a cut after which
/// the file has grown beyond its earlier size before the next look.
public struct FileSource: Source {
    let selection: FileSelection
    let isFollowed: Bool
    let fileSystem: any FileSystem

    /// Reads one file.
    ///
    /// - Parameters:
    ///   - path: the file
    ///   - follow: whether to wait for more at its end, and for the file itself where it is not there
    ///   - fileSystem: where the file is; the machine's files unless a simulation takes their place
    public init(_ path: FilePath, follow: Bool = false, fileSystem: any FileSystem = POSIXFileSystem()) {
        self.init([path], follow: follow, fileSystem: fileSystem)
    }

    /// Reads several files in the order given.
    ///
    /// - Parameters:
    ///   - paths: the files, each once, at least one
    ///   - follow: whether to wait for more at their ends, and for those that are not there; all are then read side by
    ///     side
    ///   - fileSystem: where the files are; the machine's files unless a simulation takes their place
    public init(_ paths: [FilePath], follow: Bool = false, fileSystem: any FileSystem = POSIXFileSystem()) {
        selection = .list(paths)
        isFollowed = follow
        self.fileSystem = fileSystem
    }

    /// Reads the regular files that match a pattern; there may be none.
    ///
    /// - Parameters:
    ///   - pattern: a path in which `*`, `?` and `[a-z]` stand for what glob(7) says, and `**` as a whole component
    ///     for any number of directories. Hidden files need a dot in the pattern.
    ///   - follow: whether to wait for more at their ends and for new files; all are then read side by side
    ///   - fileSystem: where the files are; the machine's files unless a simulation takes their place
    public init(glob pattern: FilePath, follow: Bool = false, fileSystem: any FileSystem = POSIXFileSystem()) {
        selection = .glob(GlobPattern(path: pattern))
        isFollowed = follow
        self.fileSystem = fileSystem
    }

    /// Reads the regular files in a directory but the hidden ones, and not those in directories below it.
    ///
    /// - Parameters:
    ///   - directory: the directory; there may be no files in it
    ///   - follow: whether to wait for more at their ends and for new files; all are then read side by side
    ///   - fileSystem: where the files are; the machine's files unless a simulation takes their place
    public init(directory: FilePath, follow: Bool = false, fileSystem: any FileSystem = POSIXFileSystem()) {
        selection = .directory(directory)
        isFollowed = follow
        self.fileSystem = fileSystem
    }

    /// What the plan must know: it is bounded unless it follows.
    public var descriptor: SourceDescriptor {
        SourceDescriptor(kind: "FileSource", origin: selection.origin, isBounded: !isFollowed)
    }

    /// Makes the reader of a run.
    public func makeReader() -> FileSourceReader {
        FileSourceReader(source: self)
    }

    /// The files as lines.
    ///
    /// - Parameters:
    ///   - maxLineBytes: the longest line that is taken, in bytes without its newline; a longer one is an error
    ///   - decompress: whether files are gunzipped before they are cut into lines; it is shown as a stage of the plan
    /// - Returns: what a pipeline starts from
    public func lines(
        maxLineBytes: Int = 64 * 1024 * 1024, decompress: Decompression = .automatic
    ) -> FileLines {
        FileLines(files: self, decompress: decompress, maxLineBytes: maxLineBytes)
    }

    /// The files as whole messages, one each. A file is committed when its message is done.
    ///
    /// - Parameter maxBytes: the largest file that is taken, in bytes; a larger one is an error
    /// - Returns: a source of messages
    public func whole(maxBytes: Int = 64 * 1024 * 1024) -> WholeFileSource {
        WholeFileSource(files: self, maxBytes: maxBytes)
    }
}

extension FileSource {
    /// Reads one file, of the machine's; `follow` waits for more.
    public init(_ path: String, follow: Bool = false) {
        self.init(FilePath(path), follow: follow)
    }

    /// Reads several files in the order given, of the machine's; `follow` waits for more.
    public init(_ paths: [String], follow: Bool = false) {
        self.init(paths.map { FilePath($0) }, follow: follow)
    }

    /// Reads the regular files that match a pattern, see ``init(glob:follow:fileSystem:)``.
    public init(glob pattern: String, follow: Bool = false) {
        self.init(glob: FilePath(pattern), follow: follow)
    }

    /// Reads the regular files in a directory, see ``init(directory:follow:fileSystem:)``.
    public init(directory: String, follow: Bool = false) {
        self.init(directory: FilePath(directory), follow: follow)
    }
}

/// Reads the chunks of a ``FileSource`` in one run.
public struct FileSourceReader: SourceReader {
    private let reading: any ChunkReading

    init(source: FileSource) {
        reading = source.isFollowed ? FollowingFileReader(source) : SequentialFileReader(source)
    }

    /// Looks at all files before any is read.
    ///
    /// - Throws: `ConnectorError` where one is missing, may not be read, is a directory, or is not the file that the
    ///   checkpoint speaks of
    public mutating func open(_ context: SourceContext) throws {
        try reading.open(context)
    }

    /// Reads at most 64 KiB of chunks.
    ///
    /// - Returns: `.ended` after the last file's last chunk
    /// - Throws: `ConnectorError` where reading failed, with the path and the byte
    public mutating func poll(
        into batch: inout SourceBatch<StreamChunk>, deadline: MonotonicTime
    ) throws -> SourcePoll {
        try reading.poll(into: &batch, deadline: deadline)
    }

    /// Closes what is open.
    public mutating func close() {
        reading.close()
    }
}

/// The two ways of reading files as chunks: one after the other to their ends, or all side by side for ever.
protocol ChunkReading: AnyObject {
    func open(_ context: SourceContext) throws(ConnectorError)
    func poll(
        into batch: inout SourceBatch<StreamChunk>, deadline: MonotonicTime
    ) throws(ConnectorError) -> SourcePoll
    func close()
}
