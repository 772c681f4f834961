/// The stages behind a parallel segment: a chain that is reached only by the holder of the deliverer role, no lock held.
final class DelivererSlot<Element: Sendable>: @unchecked Sendable {
    // Proof for `@unchecked Sendable`: `chain` is set once, by the segment's first worker before any other is let go
    // on, and used only by the holder of the role, which is taken and given up under the segment's lock; so is `armed`.
    private var chain: Inlet<Element>?
    /// When the next timer of the stages is due, as the channel was told; used like the chain.
    var armed = MonotonicTime.distantFuture

    init() {}

    /// Puts the chain in; called once, before anybody delivers.
    func fill(_ chain: Inlet<Element>) {
        self.chain = chain
    }

    /// Gives the chain to the holder of the role.
    func withRole(_ body: (Inlet<Element>) throws(Interruption) -> Void) throws(Interruption) {
        guard let chain else { return }
        try body(chain)
    }

    /// Ends the chain; the caller holds the role, or is the last worker.
    func finish() {
        chain?.finish()
    }
}

/// Outputs that wait for their turn.
final class OutputCells<Element: Sendable>: @unchecked Sendable {
    // Proof for `@unchecked Sendable`: a cell is written under the segment's lock by the worker whose ticket it belongs
    // to, and read by the holder of the deliverer role after the lock has shown it as deposited; never both at once.
    private let pointer: UnsafeMutablePointer<Batch<Element>>
    private let count: Int

    init(count: Int) {
        self.count = count
        pointer = .allocate(capacity: count)
        for index in 0..<count { (pointer + index).initialize(to: Batch(capacity: 0)) }
    }

    deinit {
        pointer.deinitialize(count: count)
        pointer.deallocate()
    }

    func swap(_ index: Int, _ batch: inout Batch<Element>) {
        Swift.swap(&pointer[index], &batch)
    }

    func withBatch(_ index: Int, _ body: (inout Batch<Element>) -> Void) {
        body(&pointer[index])
    }

    func clear() {
        for index in 0..<count { pointer[index].clear() }
    }
}

/// What becomes of an output.
enum EmitStep: Sendable {
    /// Nothing more is wanted.
    case stopped
    /// The caller has taken the deliverer role.
    case deliver
    /// It waits in a cell.
    case deposited
}

/// What the holder of the deliverer role does next.
enum RoleStep: Sendable {
    /// The role is given up.
    case leave
    /// Something became ready meanwhile.
    case more
    /// A timer was due meanwhile.
    case tick
    /// The segment has ended early; the first to see it finishes the stages behind.
    case stopped(finishes: Bool)
}
