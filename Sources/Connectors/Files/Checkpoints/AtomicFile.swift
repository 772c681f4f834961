import Connect

/// A small file that is only ever there as a whole: it is replaced in one step, and durably.
struct AtomicFile: Sendable {
    let path: FilePath
    let permissions: UInt16
    let fileSystem: any FileSystem

    /// Larger ones are refused instead of read, and not written either.
    static let sizeLimit = 64 << 20

    /// The name under which the next content is written before it takes the file's place.
    var temporary: FilePath { path.adding(".temporary") }

    /// What the file holds.
    ///
    /// - Returns: nil where there is no such file
    /// - Throws: where it cannot be read, is no regular file or too large
    func read() throws(ConnectorError) -> Bytes? {
        guard let status = try fileSystem.existing(path, followsLinks: false) else { return nil }
        try status.requireRegular(path)
        guard status.size <= AtomicFile.sizeLimit else { throw tooLarge(Int(status.size), "was found in") }
        return try fileSystem.open(path, .reading).content(expecting: Int(status.size))
    }

    /// Puts other content in the place of what is there.
    ///
    /// The new content is made durable before it gets the name, and the name before the call returns: after a crash at
    /// any moment the file holds the old or the new content, whole.
    ///
    /// - Throws: where that failed; one of the two is there then, almost always the old one
    func replace(with content: Bytes) throws(ConnectorError) {
        guard content.count <= AtomicFile.sizeLimit else {
            throw tooLarge(content.count, "would have to be written to")
        }
        do throws(ConnectorError) {
            let file = try createTemporary()
            try content.withUnsafeBytes { (bytes) throws(ConnectorError) in try file.write(bytes) }
            try file.synchronize()
            try file.close()
            try fileSystem.rename(temporary, to: path)
        } catch {
            try? fileSystem.remove(temporary)
            throw error
        }
        try fileSystem.synchronize(directory: path.directory)
    }

    /// Tries whether the file could be replaced, so that a directory that cannot be written is found at the start.
    func probe() throws(ConnectorError) {
        try createTemporary().close()
        try fileSystem.remove(temporary)
    }

    // What a crash left behind is removed first. A file that appears in between, or a link that somebody has put
    // there, is an error and not followed.
    private func createTemporary() throws(ConnectorError) -> any OpenFile {
        try fileSystem.removeIfThere(temporary)
        return try fileSystem.open(
            temporary, FileAccess(.write, creates: true, isExclusive: true, permissions: permissions))
    }

    private func tooLarge(_ count: Int, _ verb: String) -> ConnectorError {
        ConnectorError(
            .limitExceeded,
            "\(count) bytes \(verb) \(path), at most \(AtomicFile.sizeLimit) are allowed; "
                + "keep less in durable folds, or check what has written the file")
    }
}
