import Connect
import Logging

/// Which file goes with which path and which position.
extension FollowingFileReader {
    /// Opens what is there at the start, each file where a position says that it was read to, also where it has
    /// another name since.
    func resume(_ context: SourceContext) throws(ConnectorError) {
        registered = Set(context.positions.map(\.partition))
        var places: [FilePath: Int] = [:]
        for path in try source.selection.paths(in: source.fileSystem) {
            let index = followed.count
            followed.append(FollowedFile(path: path, isListed: !source.selection.mayGrow))
            setOpened(try openPath(of: index), at: index)
            places[path] = index
            if followed[index].opened == nil {
                context.logger.notice("\(path) is not there, or another name of a file that is read; it is waited for")
            }
        }
        var others: [Position] = []
        for position in context.positions {
            let index = FilePath(percentEncoded: position.partition).flatMap { places[$0] }
            if let index, try resumeSameFile(index, position, context) { continue }
            others.append(position)
        }
        try resumeRenamed(others, places, context)
    }

    /// - Returns: whether the path leads to the file that the position speaks of
    private func resumeSameFile(
        _ index: Int, _ position: Position, _ context: SourceContext
    ) throws(ConnectorError) -> Bool {
        guard let opened = followed[index].opened else { return false }
        if let known = KnownFile(detail: position.detail) {
            guard try known.isSame(as: opened.file, opened.identity, nextReadAt: 0) else { return false }
        }
        try goOn(index, opened, at: position.offset, context)
        // The partition goes on where it stands; only a file that begins anew renews it.
        if followed[index].opened?.offset == position.offset { registered.remove(followed[index].name) }
        return true
    }

    /// Goes on in files that have another name now: the name of another file that is followed, or any in the directory.
    private func resumeRenamed(
        _ positions: [Position], _ places: [FilePath: Int], _ context: SourceContext
    ) throws(ConnectorError) {
        var owners: [UInt64: Int] = [:]
        for index in followed.indices {
            if let identity = followed[index].opened?.identity { owners[identity.inode] = index }
        }
        var search = FileSearch(fileSystem: source.fileSystem)
        for position in positions {
            guard let path = FilePath(percentEncoded: position.partition),
                let known = KnownFile(detail: position.detail)
            else { continue }
            if let owner = owners[known.identity.inode], let opened = followed[owner].opened,
                try known.isSame(as: opened.file, opened.identity, nextReadAt: opened.offset)
            {
                // Of several positions of a file, under the names it has had, the last one is the furthest.
                if opened.offset >= position.offset { continue }
                try goOn(owner, opened, at: position.offset, context)
                let isAdopted = followed[owner].opened?.offset != 0
                followed[owner].opened?.isAdopted = isAdopted
                predecessors[path] = FollowedFile.Predecessor(identity: opened.identity)
            } else if let opened = try search.file(known, near: path) {
                // The rest of the old file comes first; then the path is found to lead elsewhere.
                let index = places[path] ?? followed.count
                if index == followed.count { followed.append(FollowedFile(path: path, isListed: false)) }
                try goOn(index, opened, at: position.offset, context)
                registered.remove(followed[index].name)
            } else if places[path] != nil {
                context.logger.warning("\(path) was replaced; its earlier file was read to byte \(position.offset)")
            }
        }
    }

    private func goOn(
        _ index: Int, _ file: FollowedFile.Opened, at offset: Int64, _ context: SourceContext
    ) throws(ConnectorError) {
        var opened = file
        opened.offset = offset
        if try opened.file.status().size < offset {
            context.logger.notice("\(followed[index].path) was cut; it is read from its beginning")
            opened.offset = 0
        }
        try opened.file.seek(to: opened.offset)
        setOpened(opened, at: index)
    }

    /// Looks for files that have come, and for the new names of those that were let go.
    func discover(_ now: MonotonicTime) throws(ConnectorError) {
        nextDiscovery = now.advanced(by: FollowingFileReader.discoveryPause)
        guard source.selection.mayGrow || !retired.isEmpty || !predecessors.isEmpty else { return }
        let paths: [FilePath]
        do throws(ConnectorError) {
            paths = try source.selection.paths(in: source.fileSystem)
        } catch {
            // A directory that was removed may come back.
            if error.code == .notFound { return }
            throw error
        }
        let known = Set(followed.map(\.path))
        for path in paths where !known.contains(path) {
            followed.append(FollowedFile(path: path, isListed: false))
            let index = followed.count - 1
            setOpened(try openPath(of: index), at: index)
            // Not there any more, or read under another name: a later look will tell.
            if followed[index].opened == nil, !followed[index].isReported { followed.removeLast() }
        }
        try closeRetired(paths)
    }

    /// Closes the files that were let go and have no path here any more. While files are renamed a look may miss one,
    /// so it takes two.
    private func closeRetired(_ paths: [FilePath]) throws(ConnectorError) {
        if retired.isEmpty, predecessors.isEmpty { return }
        var present: Set<FileIdentity> = []
        for path in paths {
            if let status = try statusIfPresent(of: path) { present.insert(status.identity) }
        }
        for index in retired.indices {
            retired[index].misses = present.contains(retired[index].identity) ? 0 : retired[index].misses + 1
        }
        retired.removeAll { $0.misses > 1 }
        // Paths that never come back must not be remembered for ever.
        for (path, predecessor) in predecessors where !isUnrecorded(predecessor.identity) { predecessors[path] = nil }
    }

    /// Whether a file that was let go has another name here under which the checkpoint does not have it yet, as far as
    /// is known.
    func isUnrecorded(_ identity: FileIdentity) -> Bool {
        retired.contains { $0.identity == identity && $0.misses == 0 }
            || followed.contains { $0.opened?.identity == identity && $0.opened?.isAdopted == true }
    }

    /// Opens the file that a path leads to now.
    ///
    /// - Returns: nil where there is none, where it may not be read for now, or where it is read under another name
    /// - Throws: where it is no file
    func openPath(of index: Int) throws(ConnectorError) -> FollowedFile.Opened? {
        let path = followed[index].path
        guard let found = try statusIfPresent(of: path) else {
            followed[index].isReported = false
            return nil
        }
        if found.kind == .directory { throw .directory(path) }
        guard found.kind == .regular else {
            throw ConnectorError(
                .configuration, "\(path) is not a regular file, only those can be followed; read it without follow")
        }
        if isRead(found.identity, exceptAt: index) { return nil }
        if let adopted = retired.firstIndex(where: { $0.identity == found.identity }) {
            var opened = retired.remove(at: adopted)
            opened.isAdopted = opened.offset > 0
            opened.misses = 0
            return opened
        }
        do throws(ConnectorError) {
            let file = try source.fileSystem.open(path, .reading)
            followed[index].isReported = false
            return FollowedFile.Opened(file: file, identity: try file.status().identity, offset: 0)
        } catch {
            if error.code == .notFound { return nil }
            guard error.code == .notPermitted, hasStarted else { throw error }
            if !followed[index].isReported { context?.logger.warning("\(error); it is tried again") }
            followed[index].isReported = true
            return nil
        }
    }

    func isRetired(_ identity: FileIdentity) -> Bool {
        retired.contains { $0.identity == identity }
    }

    func statusIfPresent(of path: FilePath) throws(ConnectorError) -> FileStatus? {
        do throws(ConnectorError) {
            return try source.fileSystem.status(of: path)
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
    }
}
