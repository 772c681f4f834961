import Connect
import ConnectFiles

/// The file that a registry is kept in: a line for each change, durable before its request is answered.
///
/// A crash may leave the beginning of a line at the end, of a change that nobody was told of: it is cut off.
final class RegistryJournal: Sendable {
    private let file: any OpenFile
    private static let most = 1 << 30

    /// Opens or makes the file, and locks it against other processes.
    ///
    /// - Parameters:
    ///   - path: the file
    ///   - take: gets each change, in order
    /// - Throws: `ConnectorError` where it cannot be used, or holds something else
    init(_ path: FilePath, _ take: (RegistryEvent) -> Void) throws(ConnectorError) {
        let files = POSIXFileSystem()
        file = try files.open(path, FileAccess(.readWrite, creates: true, appends: true, permissions: 0o600))
        try file.lock()
        let size = try file.status().size
        guard size <= Int64(Self.most) else {
            throw ConnectorError(.limitExceeded, "\(path) has \(size) bytes, at most \(Self.most) are taken")
        }
        let content = try file.content(expecting: Int(size))
        var start = 0
        while let end = content[start..<content.count].firstIndex(of: 0x0A).map({ $0 + start }) {
            guard let event = RegistryEvent(content[start..<end]) else {
                throw ConnectorError(
                    .malformed,
                    "\(path) is no journal of a schema registry, or damaged, at byte \(start); name another file, or restore it"
                )
            }
            take(event)
            start = end + 1
        }
        if start < content.count { try file.truncate(to: Int64(start)) }
        try files.synchronize(directory: path.directory)
    }

    /// Adds a change, durably.
    ///
    /// - Throws: where it is not durable
    func append(_ event: RegistryEvent) throws(ConnectorError) {
        try event.line.withUnsafeBytes { (bytes) throws(ConnectorError) in try file.write(bytes) }
        try file.synchronizeData()
    }
}
