import Connect

/// The files of an output, one after the other: the one that is being written, and those that are ended but still have
/// their working names.
///
/// An output of a single file is a series that never goes on to the next one.
struct OutputSeries {
    /// A file that is ended: whole, closed and durable.
    private struct Ended {
        let number: Int
        let length: Int64
    }

    let names: SeriesNames
    private let roll: RollPolicy?
    private let durability: FileSink.Durability
    private let fileSystem: any FileSystem
    private let format: OutputFormat?
    private var elements: ElementWriter
    private var current: OutputFile?
    /// The number of the file that is being written, or of the next one.
    private var number: Int
    private var ended: [Ended] = []
    /// Whether there are names that may not be durable; at first those that an earlier run has given or changed.
    private var hasNewNames = true

    init(_ sink: FileSink) {
        names = SeriesNames(path: sink.path, isRolled: sink.roll != nil)
        roll = sink.roll
        durability = sink.durability
        fileSystem = sink.fileSystem
        format = sink.format
        elements = ElementWriter(framing: sink.framing)
        number = names.firstNumber
    }

    /// Where the output stands.
    var boundary: OutputBoundary {
        OutputBoundary(
            file: number, length: current?.length ?? 0, elementCount: current?.elementCount ?? 0,
            isUnterminated: elements.isUnterminated)
    }

    /// The same place, at the beginning of the next file where it is the end of one that is ended.
    func normalized(_ boundary: OutputBoundary) -> OutputBoundary {
        let isAtEnd = ended.contains { $0.number == boundary.file && $0.length == boundary.length }
        return isAtEnd ? OutputBoundary(file: boundary.file + 1) : boundary
    }

    /// Lets the next file be the one with a number.
    mutating func start(at number: Int) {
        self.number = number
    }

    /// Opens the file with the current number, to add to what it holds.
    ///
    /// - Parameters:
    ///   - now: the time
    ///   - boundary: what is known of it; nil looks at its last byte
    /// - Throws: where it cannot be opened, or is a directory
    mutating func openExisting(now: MonotonicTime, boundary: OutputBoundary? = nil) throws(ConnectorError) {
        let path = names.working(number)
        let found = try fileSystem.existing(path)
        if let kind = found?.kind, kind != .regular, kind != .stream {
            throw ConnectorError(.configuration, "\(path) is \(kind.words); name a file to write to")
        }
        if found?.kind == .stream {
            StandardStream.ignoreBrokenPipeSignal()
            hasNewNames = false
        }
        try format?.mend(path, in: fileSystem)
        let file = try fileSystem.open(path, FileAccess(.write, creates: true, appends: true))
        // Of a series it may be ended before anything is written to it: then what was cut off must not come back.
        current = try OutputFile(
            file, path: path, durability: durability, openedAt: now, elementCount: boundary?.elementCount ?? 0,
            isSynchronized: boundary == nil || !names.isRolled)
        try writeHead()
        if let boundary {
            elements.isUnterminated = boundary.isUnterminated
        } else if elements.framing == .lines, found?.kind == .regular {
            elements.isUnterminated = try !endsWithNewline(path)
        }
    }

    /// Tries whether files can be created, so that a directory that cannot be written is found at the start.
    func probe() throws(ConnectorError) {
        let path = names.working(number)
        try fileSystem.open(path, FileAccess(.write, creates: true, isExclusive: true)).close()
        try fileSystem.remove(path)
    }

    /// Writes the elements of a batch, and ends files that are full.
    mutating func write(_ batch: borrowing Batch<Bytes>, now: MonotonicTime) throws(ConnectorError) {
        try endIfDue(now)
        var index = 0
        while index < batch.count {
            let end = index + room(for: batch, from: index)
            if end > index {
                if current == nil { try openNext(now) }
                try current?.write(batch, index..<end, using: &elements)
                index = end
            }
            if isFull || index < batch.count { try endCurrent() }
        }
    }

    /// Makes everything written durable.
    mutating func synchronize() throws(ConnectorError) {
        try current?.synchronize()
        try synchronizeNames()
    }

    /// Ends the file whose time has come.
    ///
    /// - Returns: when the time of the current one comes; nil where it has none
    @discardableResult
    mutating func endIfDue(_ now: MonotonicTime) throws(ConnectorError) -> MonotonicTime? {
        guard let every = roll?.every, let current else { return nil }
        let deadline = current.openedAt.advanced(by: every)
        if now < deadline { return deadline }
        try endCurrent()
        return nil
    }

    /// Ends the file that is being written; it keeps its working name.
    mutating func endCurrent() throws(ConnectorError) {
        guard names.isRolled, var file = current else { return }
        try file.synchronize()
        try file.close()
        ended.append(Ended(number: number, length: file.length))
        current = nil
        number += 1
        // The end of a file ends a line.
        elements.isUnterminated = false
    }

    /// Gives ended files their final names, durably.
    ///
    /// - Parameter end: only those with a lower number
    /// - Throws: where a name is taken or the files cannot be renamed
    mutating func complete(below end: Int = .max) throws(ConnectorError) {
        guard let first = ended.first, first.number < end else { return }
        while let file = ended.first, file.number < end {
            try SeriesRecovery.complete(file.number, names, fileSystem)
            ended.removeFirst()
            hasNewNames = true
        }
        try synchronizeNames()
    }

    /// Closes what is open, without making anything of it.
    mutating func close() throws(ConnectorError) {
        defer { current = nil }
        try current?.close()
    }

    private mutating func synchronizeNames() throws(ConnectorError) {
        guard hasNewNames, durability != .none else { return }
        try fileSystem.synchronize(directory: names.path.directory)
        hasNewNames = false
    }

    private mutating func openNext(_ now: MonotonicTime) throws(ConnectorError) {
        let path = names.working(number)
        // A single file may be there already, empty; a file of a series may not: it would be another process's.
        let access = FileAccess(.write, creates: true, isExclusive: names.isRolled, appends: true)
        let file = try fileSystem.open(path, access)
        hasNewNames = true
        current = try OutputFile(file, path: path, durability: durability, openedAt: now)
        try writeHead()
    }

    /// Begins a file that holds nothing.
    private mutating func writeHead() throws(ConnectorError) {
        guard let format, current?.length == 0 else { return }
        try current?.write(head: format.head)
    }

    private var isFull: Bool {
        guard let current, let roll else { return false }
        return current.elementCount >= roll.count ?? .max || current.length >= roll.bytes ?? .max
    }

    /// How many elements of a batch, from an index on, the current file takes; at least one where it is empty.
    private func room(for batch: borrowing Batch<Bytes>, from index: Int) -> Int {
        guard let roll else { return batch.count - index }
        let taken = current?.elementCount ?? 0
        let wanted = min(batch.count - index, (roll.count ?? .max) - taken)
        guard let limit = roll.bytes else { return wanted }
        var length = (current?.length ?? 0) + (elements.isUnterminated ? 1 : 0)
        var count = 0
        while count < wanted {
            length += elements.byteCount(of: batch, at: index + count)
            if length > limit, count > 0 || (current?.length ?? 0) > 0 { break }
            count += 1
        }
        return count
    }

    private func endsWithNewline(_ path: FilePath) throws(ConnectorError) -> Bool {
        guard let length = current?.length, length > 0 else { return true }
        let file = try fileSystem.open(path, .reading)
        try file.seek(to: length - 1)
        let last = try BytesBuffer.filled(capacity: 1) { (memory) throws(ConnectorError) in
            try file.read(into: memory) ?? 0
        }
        return last.first == UInt8(ascii: "\n")
    }
}
