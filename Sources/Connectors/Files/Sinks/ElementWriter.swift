import Connect

/// Writes the elements of batches to an open file, in few and large calls and without copying what stands together.
struct ElementWriter {
    /// How elements follow each other.
    let framing: OutputFraming
    /// Whether the last element written is a line without its newline.
    var isUnterminated = false
    private let gathered = GatherBuffer()

    /// Pieces of at least so many bytes are written from where they stand; smaller ones cost less to copy than a call.
    fileprivate static let directLimit = 16 * 1024

    init(framing: OutputFraming) {
        self.framing = framing
    }

    /// Writes elements.
    ///
    /// - Parameters:
    ///   - batch: the elements
    ///   - range: which of them; within 0 ..< `batch.count`
    ///   - file: where to
    /// - Returns: how many bytes were written
    /// - Throws: where they could not be written; some of them may have been
    mutating func write(
        _ batch: borrowing Batch<Bytes>, _ range: Range<Int>, to file: any OpenFile
    ) throws(ConnectorError) -> Int64 {
        if range.isEmpty { return 0 }
        gathered.clear()
        var count: Int64 = 0
        switch framing {
        case .raw:
            try batch.forEachRun(in: range) { (piece) throws(ConnectorError) in
                count += Int64(piece.count)
                try gather(piece, to: file)
            }
        case .lines:
            if isUnterminated {
                count += 1
                gathered.append(0x0A)
            }
            try batch.forEachLineRun(in: range) { (piece) throws(ConnectorError) in
                count += Int64(piece.count)
                try gather(piece, to: file)
            }
            isUnterminated = batch.endsUnterminated && range.upperBound == batch.count
        }
        try flush(to: file)
        return count
    }

    /// Writes the bytes of chunks back to back.
    mutating func write(_ chunks: borrowing Batch<StreamChunk>, to file: any OpenFile) throws(ConnectorError) {
        gathered.clear()
        for index in 0..<chunks.count {
            try chunks[index].bytes.withUnsafeBytes { (bytes) throws(ConnectorError) in
                try gather(bytes, to: file)
            }
        }
        try flush(to: file)
    }

    /// The bytes that an element takes in the output, its newline included.
    func byteCount(of batch: borrowing Batch<Bytes>, at index: Int) -> Int64 {
        Int64(batch.byteCount(at: index)) + (framing == .lines ? 1 : 0)
    }

    private func gather(_ piece: UnsafeRawBufferPointer, to file: any OpenFile) throws(ConnectorError) {
        if gathered.append(piece) { return }
        var rest = piece
        if !gathered.isEmpty {
            // What waits is filled up, so that a newline between two large elements is no call of its own.
            rest = gathered.fill(from: rest)
            try flush(to: file)
        }
        if rest.count >= ElementWriter.directLimit {
            try file.write(rest)
        } else {
            _ = gathered.append(rest)
        }
    }

    private func flush(to file: any OpenFile) throws(ConnectorError) {
        if gathered.isEmpty { return }
        try file.write(gathered.content)
        gathered.clear()
    }
}

/// Memory in which small pieces wait to be written together.
private final class GatherBuffer {
    private static let capacity = 64 * 1024
    private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    private var count = 0

    deinit {
        memory.deallocate()
    }

    var isEmpty: Bool { count == 0 }

    var content: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    func clear() {
        count = 0
    }

    func append(_ byte: UInt8) {
        memory[count] = byte
        count += 1
    }

    /// Takes a piece in.
    ///
    /// - Returns: false where it is too large to be copied, or there is no room
    func append(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard piece.count < ElementWriter.directLimit, piece.count <= memory.count - count else { return false }
        copy(piece)
        return true
    }

    /// Takes as much of a piece as there is room.
    ///
    /// - Returns: the rest
    func fill(from piece: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let taken = min(piece.count, memory.count - count)
        copy(UnsafeRawBufferPointer(rebasing: piece[..<taken]))
        return UnsafeRawBufferPointer(rebasing: piece[taken...])
    }

    private func copy(_ piece: UnsafeRawBufferPointer) {
        guard let source = piece.baseAddress, let target = memory.baseAddress else { return }
        (target + count).copyMemory(from: source, byteCount: piece.count)
        count += piece.count
    }
}
