import Connect

/// What the stages between a split and its merge make of the batches of one origin, as fragments under the same numbers;
/// closes every number, also those of which nothing is left.
///
/// Where the stages keep the order, an element of a batch says that all batches before it are through; of the last one,
/// and where they do not, the run's own commits say it.
struct MiddleOutput {
    /// A batch that came and is not closed.
    private struct Open {
        let number: UInt64
        let attempt: UInt32
        /// Behind which position all of it is through; nil while it is still coming.
        var end: Int64?
        /// What is there of it, while another one is the first.
        var elements: [(element: Bytes, index: UInt16)] = []
    }

    /// How many bits of a position are the index of the element in its batch; those above count the batches of the run. Not
    /// by their numbers: these need not grow where no order is restored.
    static let bits: Int64 = 16

    private let keepsOrder: Bool
    private var open = NumberedQueue<Open>(first: 0)
    private var cutter: FragmentCutter<Bytes>
    private var pieces: [BatchPiece<Bytes>] = []
    private var origins: OutputOrigins
    /// Before which position all is through.
    private var finished: Int64 = 0
    /// Which batch has failed, how much came out of it, and how many of its elements were through.
    private var failed: (number: UInt64, outputs: Int, elements: UInt32)?

    /// The output of a run that begins.
    ///
    /// - Parameters:
    ///   - keepsOrder: whether the elements keep the order of their batches
    ///   - limits: how long fragments are
    init(keepsOrder: Bool, limits: ExchangeLimits) {
        self.keepsOrder = keepsOrder
        cutter = FragmentCutter(limit: limits.batchBytes, overhead: FrameEncoder.fragmentOverhead)
        origins = OutputOrigins(limit: limits.heldBytes)
    }

    // MARK: What came

    /// A batch begins to come.
    mutating func begin(_ number: UInt64, attempt: UInt32) {
        open.append(Open(number: number, attempt: attempt))
    }

    /// The position of an element of the batch that began last.
    func position(of index: Int) -> Int64 {
        Int64(open.next - 1) << Self.bits + Int64(index)
    }

    /// All of the batch that began last has come.
    ///
    /// - Parameter count: how many elements it has
    mutating func complete(_ count: Int) {
        guard open.count > 0 else { return }
        open[open.next - 1].end = position(of: count)
    }

    // MARK: What is made of it

    /// Takes what the stages gave out.
    mutating func append(_ outputs: MiddleSink.Outputs) {
        for (element, offset) in zip(outputs.elements, outputs.offsets) { append(element, from: offset) }
    }

    /// Takes an output.
    ///
    /// - Parameters:
    ///   - element: what was made
    ///   - offset: the position of the element that it was made of
    mutating func append(_ element: Bytes, from offset: Int64) {
        let place = UInt64(offset >> Self.bits)
        let index = UInt16(truncatingIfNeeded: offset)
        guard open.contains(place) else { return }
        if keepsOrder {
            while open.first < place { closeFirst() }
        }
        if open.first == place { add(element, index) } else { open[place].elements.append((element, index)) }
    }

    private mutating func add(_ element: Bytes, _ index: UInt16) {
        if cutter.number == nil { beginFirst() }
        origins.append(index)
        if let piece = cutter.append(element, size: ExchangeLimits.size(of: element)) { pieces.append(piece) }
    }

    private mutating func beginFirst() {
        cutter.begin(open[open.first].number, attempt: open[open.first].attempt)
        origins.begin(open[open.first].number)
    }

    private mutating func closeFirst() {
        if cutter.number == nil { beginFirst() }
        if let piece = cutter.close() { pieces.append(piece) }
        open.removeFirst()
        guard open.count > 0, !open[open.first].elements.isEmpty else { return }
        let kept = open[open.first].elements
        open[open.first].elements = []
        for (element, index) in kept { add(element, index) }
    }

    /// All that stands before a position is through.
    mutating func finish(below position: Int64) {
        finished = max(finished, position)
        while open.count > 0, let end = open[open.first].end, end <= position { closeFirst() }
    }

    /// The run has failed: ends the first batch that is not through, so that it is told how far that came.
    ///
    /// - Returns: its number, and how many of its elements were through; nil where there is no such batch
    mutating func fail() -> (number: UInt64, elements: UInt32)? {
        guard open.count > 0 else { return nil }
        if cutter.number == nil { beginFirst() }
        guard let piece = cutter.fail() else { return nil }
        pieces.append(piece)
        let isWithin = UInt64(finished >> Self.bits) == open.first
        let elements = isWithin ? UInt32(UInt16(truncatingIfNeeded: finished)) : 0
        failed = (piece.number, piece.end, elements)
        return (piece.number, elements)
    }

    // MARK: What became of it

    /// How many elements of a batch are done when only so many of its outputs are.
    ///
    /// - Parameters:
    ///   - number: the batch
    ///   - count: how many outputs
    ///   - byLimit: whether a limit let the last of them through, which then counts; else the next one failed
    /// - Returns: how many; 0 where that is not known
    func elements(of number: UInt64, below count: Int, byLimit: Bool) -> UInt32 {
        // Here, what came out last did not make it, and what was left out before it has no output to tell so.
        if let failed, failed.number == number, failed.outputs == count, !byLimit { return failed.elements }
        // Where the order is not kept, none of the elements between need be through.
        return keepsOrder ? origins.elements(of: number, below: count, byLimit: byLimit) : 0
    }

    /// Forgets what batches were made of that have ended.
    mutating func forget(_ numbers: ClosedRange<UInt64>) {
        origins.forget(numbers)
    }

    // MARK: What is to be sent

    /// The next fragment; nil where there is none yet.
    mutating func nextPiece() -> BatchPiece<Bytes>? {
        pieces.isEmpty ? nil : pieces.removeFirst()
    }

    /// What is there of the open fragment, for a receiver that has nothing else to do.
    mutating func flush() -> BatchPiece<Bytes>? {
        cutter.flush()
    }
}
