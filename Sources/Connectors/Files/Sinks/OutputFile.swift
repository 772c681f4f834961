import Connect

/// One file that elements are being appended to.
struct OutputFile {
    let path: FilePath
    /// When it was opened.
    let openedAt: MonotonicTime
    /// How many bytes it holds, of which this and earlier runs are known to have written all.
    private(set) var length: Int64
    /// How many elements it holds; 0 is not known.
    private(set) var elementCount: Int
    private(set) var isSynchronized: Bool
    private let file: any OpenFile
    private let durability: FileSink.Durability
    private let isRegular: Bool
    private var failure: ConnectorError?

    /// - Parameters:
    ///   - file: opened for appending
    ///   - path: its name
    ///   - durability: what ``synchronize()`` does
    ///   - openedAt: now
    ///   - elementCount: how many elements it holds
    ///   - isSynchronized: whether what it holds is durable; it is not where the end of it was just cut off
    /// - Throws: where the system says nothing of it
    init(
        _ file: any OpenFile, path: FilePath, durability: FileSink.Durability, openedAt: MonotonicTime,
        elementCount: Int = 0, isSynchronized: Bool = true
    ) throws(ConnectorError) {
        let status = try file.status()
        self.file = file
        self.path = path
        self.durability = durability
        self.openedAt = openedAt
        self.elementCount = elementCount
        self.isSynchronized = isSynchronized
        length = status.size
        isRegular = status.kind == .regular
    }

    /// Writes elements of a batch.
    ///
    /// - Throws: where they could not be written; what was written of them is taken back as far as that is possible
    mutating func write(
        _ batch: borrowing Batch<Bytes>, _ range: Range<Int>, using elements: inout ElementWriter
    ) throws(ConnectorError) {
        // Not `length`: others may append to the same file.
        let start = isRegular ? try file.status().size : 0
        isSynchronized = false
        do throws(ConnectorError) {
            length += try elements.write(batch, range, to: file)
            elementCount += range.count
        } catch {
            takeBack(to: start)
            throw error
        }
    }

    /// Writes what stands before all elements.
    ///
    /// - Throws: where it could not be written; what was written of it is taken back as far as that is possible
    mutating func write(head: Bytes) throws(ConnectorError) {
        isSynchronized = false
        do throws(ConnectorError) {
            try head.withUnsafeBytes { (bytes) throws(ConnectorError) in try file.write(bytes) }
        } catch {
            takeBack(to: 0)
            throw error
        }
        length += Int64(head.count)
    }

    /// Makes what was written durable, as the durability says.
    ///
    /// - Throws: where it is not; then all further calls throw, since the system reports such a failure only once
    mutating func synchronize() throws(ConnectorError) {
        if let failure { throw failure }
        guard !isSynchronized, isRegular else { return }
        do throws(ConnectorError) {
            switch durability {
            case .none: break
            case .flush: try file.synchronizeData()
            case .fsync: try file.synchronize()
            }
        } catch {
            let failed = ConnectorError(
                error.code,
                "what was last written to \(path) may not be on the device: \(error.message); "
                    + "check the device; a restart delivers it again",
                cause: error)
            failure = failed
            throw failed
        }
        isSynchronized = true
    }

    func close() throws(ConnectorError) {
        try file.close()
    }

    /// Half an element at the end (the device was full) would look like an element after a restart.
    private func takeBack(to start: Int64) {
        guard isRegular, let size = try? file.status().size, size > start else { return }
        try? file.truncate(to: start)
    }
}
