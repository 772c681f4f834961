/// What the sender of a flow may send.
struct FlowCredit: Sendable, Hashable {
    /// How many bytes the batch that is next may go beyond the credit.
    let reserve: Int
    private(set) var generation: UInt32 = 0
    private(set) var available = 0
    private var next: UInt64?

    /// No credit yet.
    ///
    /// - Parameter reserve: how many bytes the batch that the receiver waits for may go beyond the credit; both sides
    ///   take the longest frame, or 0 where batches are merged without order
    init(reserve: Int) {
        self.reserve = reserve
    }

    /// Begins the flow anew: what was granted before is void.
    mutating func open(generation: UInt32) {
        self = FlowCredit(reserve: reserve)
        self.generation = generation
    }

    /// Takes what the receiver grants; what was meant for an earlier begin of the flow is void.
    ///
    /// - Parameters:
    ///   - bytes: how many bytes more
    ///   - next: the batch that the receiver waits for
    ///   - generation: the begin of the flow that is meant
    mutating func grant(_ bytes: Int, next: UInt64, generation: UInt32) {
        guard generation == self.generation else { return }
        available = min(available + bytes, Int(UInt32.max))
        self.next = max(next, self.next ?? next)
    }

    /// Whether a fragment of a batch may be sent, of whatever length.
    func allows(_ number: UInt64) -> Bool {
        if available > 0 { return true }
        guard let next else { return false }
        // The receiver passes this batch on as it comes: were it held back, nothing else could move.
        return number <= next && available > -reserve
    }

    /// Notes that a fragment was sent.
    mutating func spend(_ bytes: Int) {
        available -= bytes
    }
}
