public import Connect

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The files of the machine, by the calls of POSIX.
public struct POSIXFileSystem: FileSystem {
    /// The files of the machine.
    public init() {}

    /// Opens a file.
    public func open(_ path: FilePath, _ access: FileAccess) throws(ConnectorError) -> any OpenFile {
        let flags = access.flags
        let descriptor = try call("open", path) { systemOpen($0, flags, mode_t(access.permissions)) }
        return POSIXFile(descriptor: descriptor, path: path)
    }

    /// What the system says of a file.
    public func status(of path: FilePath, followsLinks: Bool) throws(ConnectorError) -> FileStatus {
        var found = stat()
        try call("look at", path) { followsLinks ? systemStatus($0, &found) : systemLinkStatus($0, &found) }
        return FileStatus(found)
    }

    /// The names in a directory.
    public func names(in directory: FilePath) throws(ConnectorError) -> [FilePath] {
        let action = "list the directory \(directory)"
        let stream = try withSystemPath(directory, action) { opendir($0) }
        guard let stream else { throw ConnectorError(SystemError.last, cannot: action) }
        defer { closedir(stream) }
        var names: [FilePath] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            // The name is an array in C and a tuple in Swift; its length is not part of the type.
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 1) { text in
                    FilePath(bytes: UnsafeRawBufferPointer(start: text, count: strlen(text)))
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        if errno != 0 { throw ConnectorError(SystemError.last, cannot: action) }
        return names.sorted()
    }

    /// Gives a file another name.
    public func rename(_ path: FilePath, to newPath: FilePath) throws(ConnectorError) {
        let action = "rename \(path) to \(newPath)"
        let result = try withSystemPath(path, action) { (old) throws(ConnectorError) in
            try withSystemPath(newPath, action) { (new) throws(ConnectorError) in systemRename(old, new) }
        }
        if result < 0 { throw ConnectorError(SystemError.last, cannot: action) }
    }

    /// Removes the name of a file.
    public func remove(_ path: FilePath) throws(ConnectorError) {
        try call("remove", path) { unlink($0) }
    }

    /// Creates a directory.
    public func createDirectory(_ path: FilePath, permissions: UInt16) throws(ConnectorError) {
        do {
            try call("create the directory", path) { mkdir($0, mode_t(permissions)) }
        } catch {
            let number = (error.cause as? SystemError)?.number
            guard number == EEXIST, try status(of: path).kind == .directory else { throw error }
        }
    }

    /// Makes the names in a directory durable.
    public func synchronize(directory: FilePath) throws(ConnectorError) {
        let file = try open(directory, .reading)
        try file.synchronize()
        try file.close()
    }

    @discardableResult
    private func call(
        _ verb: String, _ path: FilePath, _ body: (UnsafePointer<CChar>) -> Int32
    ) throws(ConnectorError) -> Int32 {
        let action = "\(verb) \(path)"
        return try withSystemPath(path, action) { (text) throws(ConnectorError) in
            do throws(SystemError) {
                return try systemCall { body(text) }
            } catch {
                throw ConnectorError(error, cannot: action)
            }
        }
    }

    /// Calls a closure with the path as a C string.
    ///
    /// - Throws: where the path holds a NUL, behind which the system would not look
    private func withSystemPath<Result>(
        _ path: FilePath, _ action: String, _ body: (UnsafePointer<CChar>) throws(ConnectorError) -> Result
    ) throws(ConnectorError) -> Result {
        guard !path.bytes.contains(0) else {
            throw ConnectorError(.configuration, "cannot \(action): the path holds a NUL, which no file name can")
        }
        let text = path.bytes.map { CChar(bitPattern: $0) } + [0]
        return try text.withUnsafeBufferPointer { (buffer) throws(ConnectorError) in
            guard let address = buffer.baseAddress else { throw ConnectorError(.configuration, "cannot \(action)") }
            return try body(address)
        }
    }
}

extension FileAccess {
    fileprivate var flags: Int32 {
        var flags = O_CLOEXEC | O_NOCTTY
        switch mode {
        // A pipe without somebody at its other end must not stop the thread; on regular files the flag does nothing.
        case .read: flags |= O_RDONLY | O_NONBLOCK
        case .write: flags |= O_WRONLY | O_NONBLOCK
        case .readWrite: flags |= O_RDWR
        }
        if creates { flags |= O_CREAT }
        if isExclusive { flags |= O_EXCL }
        if truncates { flags |= O_TRUNC }
        if appends { flags |= O_APPEND }
        return flags
    }
}

extension FileStatus {
    init(_ found: stat) {
        let kind: Kind =
            switch found.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            case S_IFIFO, S_IFSOCK, S_IFCHR: .stream
            default: .other
            }
        self.init(
            kind: kind, size: kind == .regular ? Int64(found.st_size) : 0,
            identity: FileIdentity(
                device: UInt64(truncatingIfNeeded: found.st_dev), inode: UInt64(found.st_ino)),
            linkCount: Int(clamping: found.st_nlink))
    }
}

// Free functions, since inside a type of this file `open`, `stat` and `rename` are its own methods.
private func systemOpen(_ path: UnsafePointer<CChar>, _ flags: Int32, _ permissions: mode_t) -> Int32 {
    open(path, flags, permissions)
}

private func systemStatus(_ path: UnsafePointer<CChar>, _ found: inout stat) -> Int32 { stat(path, &found) }

private func systemLinkStatus(_ path: UnsafePointer<CChar>, _ found: inout stat) -> Int32 { lstat(path, &found) }

private func systemRename(_ path: UnsafePointer<CChar>, _ newPath: UnsafePointer<CChar>) -> Int32 {
    rename(path, newPath)
}
