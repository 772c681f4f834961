import Connect

extension FileSystem {
    /// What the system says of a file that may not be there.
    ///
    /// - Returns: nil where it is not there
    func existing(_ path: FilePath, followsLinks: Bool = true) throws(ConnectorError) -> FileStatus? {
        do throws(ConnectorError) {
            return try status(of: path, followsLinks: followsLinks)
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }

    /// Removes the name of a file that may not be there.
    func removeIfThere(_ path: FilePath) throws(ConnectorError) {
        do throws(ConnectorError) {
            try remove(path)
        } catch {
            if error.code != .notFound { throw error }
        }
    }

    /// Creates a directory and those above it that are not there, durably.
    func createDirectories(_ path: FilePath, permissions: UInt16) throws(ConnectorError) {
        if let status = try existing(path) {
            guard status.kind == .directory else {
                throw ConnectorError(
                    .configuration, "\(path) is \(status.kind.words) where a directory is needed; name a directory")
            }
            return
        }
        let parent = path.directory
        if parent != path { try createDirectories(parent, permissions: permissions) }
        try createDirectory(path, permissions: permissions)
        try synchronize(directory: parent)
    }
}

extension FileStatus {
    /// - Throws: `configuration` where it is something else than a regular file
    func requireRegular(_ path: FilePath) throws(ConnectorError) {
        if kind == .regular { return }
        throw ConnectorError(
            .configuration,
            "\(path) is \(kind.words) where a regular file is needed; remove it or choose another place")
    }
}

extension FileStatus.Kind {
    /// The kind in a sentence.
    var words: String {
        switch self {
        case .regular: "a regular file"
        case .directory: "a directory"
        case .symbolicLink: "a symbolic link"
        case .stream: "a pipe, socket or device"
        case .other: "a file of a special kind"
        }
    }
}

extension FilePath {
    /// The path with something behind its last component.
    func adding(_ suffix: String) -> FilePath {
        FilePath(bytes: bytes + Array(suffix.utf8))
    }
}
