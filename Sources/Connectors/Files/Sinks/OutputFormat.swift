package import Connect

/// What the files of an output have in them beside the elements, for formats that begin with a head.
package struct OutputFormat: Sendable {
    /// What each file begins with; at least a byte.
    package let head: Bytes
    /// Looks at what an earlier run has left, from the beginning of the file on.
    ///
    /// It gets the file, opened for reading, its path, and its length; it returns how many bytes of it are whole, and throws
    /// where that is nothing that can be added to.
    package let wholeLength: @Sendable (any OpenFile, FilePath, Int64) throws(ConnectorError) -> Int64

    /// What files have in them beside the elements.
    package init(
        head: Bytes,
        wholeLength: @escaping @Sendable (any OpenFile, FilePath, Int64) throws(ConnectorError) -> Int64
    ) {
        self.head = head
        self.wholeLength = wholeLength
    }

    /// Cuts off what an earlier run has left in the middle.
    ///
    /// - Parameters:
    ///   - path: a file that need not be there
    ///   - fileSystem: where it is
    /// - Throws: where it cannot be added to
    func mend(_ path: FilePath, in fileSystem: any FileSystem) throws(ConnectorError) {
        guard let status = try fileSystem.existing(path), status.kind == .regular, status.size > 0 else { return }
        let whole = try wholeLength(fileSystem.open(path, .reading), path, status.size)
        if whole < status.size { try fileSystem.open(path, FileAccess(.write)).truncate(to: whole) }
    }
}
