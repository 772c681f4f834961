import Connect

/// Which files a source reads.
enum FileSelection: Sendable, Hashable {
    /// These, in this order.
    case list([FilePath])
    /// Those that match a pattern.
    case glob(GlobPattern)
    /// Those in a directory.
    case directory(FilePath)

    /// The files now; those of a list need not be there.
    func paths(in fileSystem: some FileSystem) throws(ConnectorError) -> [FilePath] {
        switch self {
        case .list(let paths):
            return try checked(paths)
        case .glob(let pattern):
            return try pattern.files(in: fileSystem)
        case .directory(let path):
            return try files(in: path, fileSystem)
        }
    }

    /// Whether files may come in while the source runs.
    var mayGrow: Bool {
        if case .list = self { false } else { true }
    }

    /// Whether it is one path and never another.
    var isSinglePath: Bool {
        if case .list(let paths) = self { paths.count == 1 } else { false }
    }

    /// Whether a file whose name ends with `.gz` may be among them, as far as that can be told without looking.
    var mayHoldGzip: Bool {
        switch self {
        case .list(let paths):
            paths.contains { $0.hasSuffix(".gz") }
        case .glob(let pattern):
            pattern.mayMatch(suffix: ".gz")
        case .directory:
            true
        }
    }

    /// What is read, for the plan and as the identity of checkpoints.
    var origin: String {
        switch self {
        case .list(let paths): paths.map(\.percentEncoded).joined(separator: " ")
        case .glob(let pattern): pattern.path.description
        case .directory(let path): path.percentEncoded
        }
    }

    private func checked(_ paths: [FilePath]) throws(ConnectorError) -> [FilePath] {
        if paths.isEmpty {
            throw ConnectorError(.configuration, "FileSource was given an empty list; name at least one file")
        }
        var seen: Set<FilePath> = []
        for path in paths where !seen.insert(path).inserted {
            throw ConnectorError(
                .configuration, "FileSource was given \(path) twice; a file is read once, name each only once")
        }
        return paths
    }

    private func files(in directory: FilePath, _ fileSystem: some FileSystem) throws(ConnectorError) -> [FilePath] {
        var files: [FilePath] = []
        for name in try fileSystem.names(in: directory) where name.bytes.first != UInt8(ascii: ".") {
            let path = directory.appending(name)
            do throws(ConnectorError) {
                if try fileSystem.status(of: path).kind == .regular { files.append(path) }
            } catch {
                // A symbolic link that leads nowhere, or a file that was removed meanwhile.
                if !error.isDeadEnd { throw error }
            }
        }
        return files
    }
}
