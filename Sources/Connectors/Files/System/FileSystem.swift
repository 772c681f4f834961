public import Connect

/// All that files are asked for stands behind this, so that simulations and fault tests can take its place.
///
/// Errors name the path, what was tried and how to mend it: `notFound`, `notPermitted`,
/// `noSpace`, `brokenPipe`, `configuration` (a directory where a file is needed, links in a circle, a name that is no
/// name), `limitExceeded` (too many open files), `locked`, and `inputOutput` for the rest; the cause is the
/// ``SystemError``.
public protocol FileSystem: Sendable {
    /// Opens a file; symbolic links are followed. Directories can be opened for reading, but not read.
    func open(_ path: FilePath, _ access: FileAccess) throws(ConnectorError) -> any OpenFile

    /// What the system says of the file that a path names.
    ///
    /// - Parameters:
    ///   - path: the path
    ///   - followsLinks: whether it is said of the file that a symbolic link leads to, not of the link itself
    /// - Returns: kind, size and identity
    /// - Throws: where there is no such file or it may not be looked at
    func status(of path: FilePath, followsLinks: Bool) throws(ConnectorError) -> FileStatus

    /// The names in a directory, without `.` and `..`, in byte-wise order.
    func names(in directory: FilePath) throws(ConnectorError) -> [FilePath]

    /// Gives a file another name in one step; a file that has that name is replaced.
    func rename(_ path: FilePath, to newPath: FilePath) throws(ConnectorError)

    /// Removes the name of a file.
    func remove(_ path: FilePath) throws(ConnectorError)

    /// Creates a directory. Its parent must be there; a directory of the name is no error.
    func createDirectory(_ path: FilePath, permissions: UInt16) throws(ConnectorError)

    /// Makes the names in a directory durable.
    func synchronize(directory: FilePath) throws(ConnectorError)
}

extension FileSystem {
    /// What the system says of the file that a path names; symbolic links are followed.
    public func status(of path: FilePath) throws(ConnectorError) -> FileStatus {
        try status(of: path, followsLinks: true)
    }
}

/// A file that was opened. It is closed at the latest when nobody holds it any more.
///
/// Calls come from one thread at a time.
public protocol OpenFile: AnyObject, Sendable {
    /// The system's number of it, to be waited for; nil where a read never waits (also in simulations).
    var pollDescriptor: Int32? { get }

    /// What the system says of it.
    func status() throws(ConnectorError) -> FileStatus

    /// Reads from where the last read ended.
    ///
    /// - Returns: how many bytes; 0 at the end; nil where nothing is at hand in a stream that has not ended
    func read(into memory: UnsafeMutableRawBufferPointer) throws(ConnectorError) -> Int?

    /// Moves the place that is read or written next, in bytes from the start.
    func seek(to offset: Int64) throws(ConnectorError)

    /// Writes all bytes, however often the system takes only a part.
    func write(_ memory: UnsafeRawBufferPointer) throws(ConnectorError)

    /// Makes everything written durable.
    func synchronize() throws(ConnectorError)

    /// Makes everything written durable, but not what is only said about the file, such as when it was changed.
    func synchronizeData() throws(ConnectorError)

    /// Cuts the file, or lengthens it with zeros.
    func truncate(to size: Int64) throws(ConnectorError)

    /// Locks the file against other processes (and other openings in this one) until it is closed, without waiting.
    ///
    /// - Throws: `ConnectorError` with the code `locked` where somebody else holds it
    func lock() throws(ConnectorError)

    /// Closes it. Afterwards every other call throws.
    func close() throws(ConnectorError)
}

extension OpenFile {
    /// Makes everything durable.
    public func synchronizeData() throws(ConnectorError) {
        try synchronize()
    }
}
