/// What the receiver of a flow has granted to its sender, and what it is still to grant.
struct CreditWindow: Sendable, Hashable {
    /// How many bytes may wait here.
    let window: Int
    /// How many bytes the batch that is next may go beyond that.
    let reserve: Int
    /// Which begin of the flow this is; nil before the first.
    private(set) var generation: UInt32?
    private var remaining = 0
    private var owed = 0
    private var toldNext: UInt64?

    /// A flow that has not begun.
    ///
    /// - Parameters:
    ///   - window: how many bytes may wait here
    ///   - reserve: how many bytes the batch that is next may go beyond that
    init(window: Int, reserve: Int) {
        self.window = window
        self.reserve = reserve
    }

    /// Begins the flow, or begins it anew.
    mutating func open(generation: UInt32) {
        self = CreditWindow(window: window, reserve: reserve)
        self.generation = generation
        owed = window
    }

    /// Ends the flow.
    mutating func close() {
        self = CreditWindow(window: window, reserve: reserve)
    }

    /// Notes that a piece came.
    ///
    /// - Throws: where the sender had no leave to send it
    mutating func charge(_ size: Int, isNext: Bool) throws(ProtocolError) {
        guard generation != nil else {
            throw ProtocolError(.unexpected, "a fragment came on a flow that was not opened")
        }
        guard remaining > 0 || isNext && remaining > -reserve else {
            throw ProtocolError(.creditExceeded, "a fragment of \(size) bytes came without credit")
        }
        remaining -= size
    }

    /// Notes that a piece does not wait here any more.
    mutating func repay(_ size: Int) {
        owed += size
    }

    /// What is to be granted now.
    ///
    /// - Parameter next: the batch that is waited for; nil where batches are taken as they come
    /// - Returns: how many bytes, also 0 where the sender is only to learn what is next; nil where it can wait
    mutating func grant(next: UInt64?) -> Int? {
        guard generation != nil else { return nil }
        let isBlocked = remaining <= 0
        let isDue = owed > 0 && (isBlocked || owed * 4 >= window)
        guard isDue || isBlocked && toldNext != next else { return nil }
        toldNext = next
        remaining += owed
        defer { owed = 0 }
        return owed
    }
}
