import ConnectTesting

@testable import ConnectNetwork

/// What a peer has of one origin: an instance of the stages between split and merge.
struct SimulatedPeer {
    /// What a peer does next.
    enum Step {
        case send(BatchPiece<Int>)
        case working
        case ended(next: UInt64)
        case idle
    }

    private let shape: SimulatedShape
    private(set) var generation: UInt32 = 0
    /// Whether something that was sent is lost: nothing more is done before the flow begins anew.
    private(set) var isBroken = true
    private var input: [BatchPiece<Int>] = []
    private var inputWindow: CreditWindow
    private var credit: FlowCredit
    private var cutter: FragmentCutter<Int>
    private var outputs: ArraySlice<Int> = []
    private var piece: BatchPiece<Int>?
    private var end: UInt64?

    init(_ shape: SimulatedShape) {
        self.shape = shape
        inputWindow = CreditWindow(window: shape.window, reserve: 0)
        credit = FlowCredit(reserve: shape.reserve)
        cutter = FragmentCutter(limit: shape.fragmentLimit, overhead: SimulatedShape.overhead)
    }

    mutating func open(generation: UInt32, isBroken: Bool) {
        self = SimulatedPeer(shape)
        self.generation = generation
        self.isBroken = isBroken
        inputWindow.open(generation: generation)
        credit.open(generation: generation)
    }

    mutating func lose() {
        isBroken = true
    }

    mutating func receive(_ number: UInt64, _ attempt: UInt32, _ content: [Int]?) throws(ProtocolError) {
        guard !isBroken else { return }
        let size = (content?.count ?? 0) + SimulatedShape.overhead
        try inputWindow.charge(size, isNext: false)
        input.append(
            BatchPiece(number: number, attempt: attempt, first: 0, elements: content ?? [], isLast: true, size: size))
    }

    mutating func receiveEnd(_ next: UInt64) {
        end = next
    }

    mutating func grant(_ bytes: Int, next: UInt64, generation: UInt32) {
        credit.grant(bytes, next: next, generation: generation)
    }

    /// What the split is to be granted.
    mutating func inputGrant() -> Int? { isBroken ? nil : inputWindow.grant(next: nil) }

    mutating func step(_ numbers: inout SplitMix) -> Step {
        if isBroken { return .idle }
        if let piece {
            guard credit.allows(piece.number) else { return .idle }
            credit.spend(piece.size)
            self.piece = nil
            return .send(piece)
        }
        if let output = outputs.popFirst() {
            piece = cutter.append(output, size: 1)
            // How a batch is cut differs from attempt to attempt.
            if piece == nil, Int.random(in: 0...3, using: &numbers) == 0 { piece = cutter.flush() }
            return .working
        }
        if cutter.number != nil {
            piece = cutter.close()
            return .working
        }
        guard !input.isEmpty else {
            defer { end = nil }
            return end.map { .ended(next: $0) } ?? .idle
        }
        let batch = input.removeFirst()
        inputWindow.repay(batch.size)
        cutter.begin(batch.number, attempt: batch.attempt)
        outputs = SimulatedShape.outputs(of: batch.elements)[...]
        if !shape.isDeterministic { outputs = outputs.shuffled(using: &numbers)[...] }
        return .working
    }
}
