import Connect

/// Finds files that were renamed, in the directories where they had their last known names.
struct FileSearch {
    private let fileSystem: any FileSystem
    private var searched: [FilePath: [FileIdentity: FilePath]] = [:]

    init(fileSystem: any FileSystem) {
        self.fileSystem = fileSystem
    }

    /// - Returns: the file, opened; nil where it is not found
    mutating func file(_ known: KnownFile, near path: FilePath) throws(ConnectorError) -> FollowedFile.Opened? {
        let directory = path.directory
        if searched[directory] == nil { searched[directory] = try identities(in: directory) }
        guard let path = searched[directory]?[known.identity] else { return nil }
        return try unlessMissing { () throws(ConnectorError) in
            let file = try fileSystem.open(path, .reading)
            let identity = try file.status().identity
            guard try known.isSame(as: file, identity, nextReadAt: 0) else { return nil }
            return FollowedFile.Opened(file: file, identity: identity, offset: 0)
        }
    }

    private func identities(in directory: FilePath) throws(ConnectorError) -> [FileIdentity: FilePath] {
        var found: [FileIdentity: FilePath] = [:]
        for name in try unlessMissing({ () throws(ConnectorError) in try fileSystem.names(in: directory) }) ?? [] {
            let path = directory.appending(name)
            let status = try unlessMissing { () throws(ConnectorError) in
                try fileSystem.status(of: path, followsLinks: false)
            }
            if let status, status.kind == .regular { found[status.identity] = path }
        }
        return found
    }

    /// What was removed meanwhile is not what is looked for.
    private func unlessMissing<Result>(
        _ body: () throws(ConnectorError) -> Result?
    ) throws(ConnectorError) -> Result? {
        do throws(ConnectorError) {
            return try body()
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }
}
