import Connect

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file whose lock says that something belongs to one process (and one run in it).
///
/// The lock is the system's (flock): it ends with the process that holds it, however that dies, so it is never stale.
/// The file itself stays. It names the process, for messages only.
enum LockFile {
    /// Takes the lock; it is held for as long as the file is open.
    ///
    /// - Parameters:
    ///   - path: the lock file; created where it is not there
    ///   - what: what it protects, for messages: `the checkpoint of pipeline "orders"`
    ///   - fileSystem: where the file is
    /// - Returns: the open file
    /// - Throws: `locked` where somebody else holds it
    static func take(
        _ path: FilePath, for what: String, in fileSystem: any FileSystem
    ) throws(ConnectorError) -> any OpenFile {
        try fileSystem.existing(path, followsLinks: false)?.requireRegular(path)
        let file = try fileSystem.open(path, FileAccess(.write, creates: true, permissions: 0o644))
        do throws(ConnectorError) {
            try file.lock()
        } catch {
            guard error.code == .locked else { throw error }
            throw ConnectorError(
                .locked,
                "\(what) is held by \(holder(of: path, in: fileSystem)) (lock file \(path)); "
                    + "stop that one first, or give this pipeline another name or place",
                cause: error)
        }
        // That the number cannot be written, on a full device, is no reason not to run.
        try? file.truncate(to: 0)
        var number = "\(getpid())\n"
        number.withUTF8 { try? file.write(UnsafeRawBufferPointer($0)) }
        return file
    }

    private static func holder(of path: FilePath, in fileSystem: any FileSystem) -> String {
        guard let number = processNumber(in: path, fileSystem) else { return "another process" }
        return number == getpid() ? "another run in this process (\(number))" : "process \(number)"
    }

    private static func processNumber(in path: FilePath, _ fileSystem: any FileSystem) -> Int32? {
        guard let file = try? fileSystem.open(path, .reading) else { return nil }
        let text = try? BytesBuffer.filled(capacity: 16) { try file.read(into: $0) ?? 0 }
        return text.flatMap { Int32($0.description.prefix { $0.isNumber }) }
    }
}
