/// Cuts the batches of one origin, in order, into fragments, and closes every number: a batch that yields nothing is
/// closed by an empty last fragment, or the merge would wait for it for ever.
struct FragmentCutter<Element: Sendable>: Sendable {
    /// From how many bytes on a fragment is sent; one element more may be in it.
    let limit: Int
    /// What a fragment costs beside its elements, in bytes.
    let overhead: Int
    private var piece: BatchPiece<Element>?

    /// A cutter of a flow that begins.
    ///
    /// - Parameters:
    ///   - limit: from how many bytes on a fragment is sent
    ///   - overhead: what a fragment costs beside its elements, in bytes
    init(limit: Int, overhead: Int) {
        self.limit = limit
        self.overhead = overhead
    }

    /// The batch that is open.
    var number: UInt64? { piece?.number }

    /// Begins a batch; the one before must have been closed.
    mutating func begin(_ number: UInt64, attempt: UInt32) {
        assert(piece == nil, "the batch before is still open")
        piece = BatchPiece(number: number, attempt: attempt, first: 0, elements: [], isLast: false, size: overhead)
    }

    /// Adds an element to the open batch.
    ///
    /// - Parameters:
    ///   - element: the element
    ///   - size: what it costs, in bytes
    /// - Returns: a fragment that is to be sent before more comes; nil where there is room for more
    mutating func append(_ element: Element, size: Int) -> BatchPiece<Element>? {
        piece?.elements.append(element)
        piece?.size += size
        return (piece?.size ?? 0) >= limit ? flush() : nil
    }

    /// Takes what is there of the open batch, for a receiver that has nothing else to do.
    ///
    /// - Returns: nil where there is nothing
    mutating func flush() -> BatchPiece<Element>? {
        guard let full = piece, !full.elements.isEmpty else { return nil }
        piece?.first = full.end
        piece?.elements = []
        piece?.size = overhead
        return full
    }

    /// Closes the open batch.
    ///
    /// - Returns: its last fragment, which may be empty; nil where none was open
    mutating func close() -> BatchPiece<Element>? {
        defer { piece = nil }
        piece?.isLast = true
        return piece
    }

    /// Ends the open batch where the stages have failed.
    ///
    /// - Returns: what is there of it, which may be nothing, and that nothing more comes; nil where none was open
    mutating func fail() -> BatchPiece<Element>? {
        defer { piece = nil }
        piece?.isFailed = true
        return piece
    }
}
