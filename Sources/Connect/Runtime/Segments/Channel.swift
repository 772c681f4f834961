import Synchronization

/// A bounded ring of batches between two segments. One side pushes, one or more workers pop.
///
/// Batches are moved by swapping storage with a cell of the ring, so that a steady flow allocates nothing. What is popped
/// gets a ticket: its number in the order of the ring.
final class Channel<Element: Sendable>: Sendable {
    private struct Ring: ~Copyable, Sendable {
        var cells: ChannelCells<Element>
        var head = 0
        var tail = 0
        var hasEnded = false
        var isRefused = false
        var deadline = MonotonicTime.distantFuture
        var isPoked = false
        /// A barrier was taken: what is behind it waits until all workers have come to it.
        var isHeld = false
        /// Elements in the ring and in the workers' hands.
        var elements = 0
        var tickets = 0
    }

    /// What a pop brought.
    enum Popped: Sendable {
        case batch(ticket: Int)
        /// Everything before it is to be flushed through.
        case barrier(ticket: Int)
        /// A timer is due, or somebody wants a tick.
        case timer
        case end
    }

    private let ring: Guarded<Ring>
    private let hasRoom: Monitor.Condition
    private let hasItem: Monitor.Condition
    private let scheduler: any Scheduler
    /// How many elements may be in the ring and in the workers' hands; nil leaves it to the number of batches.
    private let elementLimit: Int?
    private let budget: ByteBudget?
    /// What the pushing side does while it waits; nil where it has nothing to do.
    private let duties: SourceDuties?
    /// How long pushes have waited, in nanoseconds.
    let waited = Atomic<Int>(0)
    /// Whether nothing behind a barrier is given out before ``release()``; for workers that overtake each other.
    private let holdsAtBarriers: Bool

    init(
        batches: Int, elements: Int?, budget: ByteBudget?, scheduler: any Scheduler, holdsAtBarriers: Bool = false,
        duties: SourceDuties? = nil
    ) {
        self.holdsAtBarriers = holdsAtBarriers
        self.scheduler = scheduler
        self.budget = budget
        self.duties = duties
        elementLimit = elements
        ring = Guarded(Ring(cells: ChannelCells(count: batches)), scheduler: scheduler)
        hasRoom = ring.monitor.makeCondition()
        hasItem = ring.monitor.makeCondition()
    }

    // MARK: the pushing side

    /// Takes a batch over; waits for room.
    ///
    /// - Throws: `.stop` where the workers want no more
    func push(_ batch: inout Batch<Element>, scratch: BatchSlot<Element>) throws(Interruption) {
        guard let elementLimit, batch.count > 0 else { return try pushWhole(&batch) }
        try batch.consumeSlices(using: &scratch.pointer.pointee) { () throws(Interruption) in
            try self.waitForElements(elementLimit)
        } _: { (slice: inout Batch<Element>) throws(Interruption) in
            try self.pushWhole(&slice)
        }
    }

    private func pushWhole(_ batch: inout Batch<Element>) throws(Interruption) {
        let bytes = budget?.charge(batch) ?? 0
        let isTaken = waitForCell { ring in
            ring.elements += batch.count
            ring.cells.put(&batch, at: ring.tail, bytes: bytes)
            ring.tail += 1
        }
        if !isTaken {
            budget?.release(bytes)
            throw .stop
        }
    }

    /// Sends a barrier after everything pushed so far.
    func pushBarrier() throws(Interruption) {
        let isTaken = waitForCell { ring in
            ring.cells.putBarrier(at: ring.tail)
            ring.tail += 1
        }
        if !isTaken { throw .stop }
    }

    private func waitForCell(_ put: (inout Ring) -> Void) -> Bool {
        serveAndWait { ring in
            if ring.isRefused { return false }
            if ring.tail - ring.head == ring.cells.count { return nil }
            put(&ring)
            hasItem.signal()
            return true
        }
    }

    private func waitForElements(_ limit: Int) throws(Interruption) -> Int {
        let room = serveAndWait { ring in
            if ring.isRefused { return 0 }
            return ring.elements < limit ? limit - ring.elements : nil
        }
        if room == 0 { throw .stop }
        return room
    }

    /// Asks for something until there is room for it; meanwhile the duties of the pushing side are done.
    private func serveAndWait<Result: Sendable>(_ attempt: (inout Ring) -> Result?) -> Result {
        var hasWaited = false
        let start = scheduler.now
        defer {
            if hasWaited {
                waited.add(Int(clamping: scheduler.now.nanoseconds - start.nanoseconds), ordering: .relaxed)
            }
        }
        while true {
            // Only who has to wait has time for duties.
            let deadline = hasWaited ? duties?.serve(at: scheduler.now) ?? .distantFuture : .distantFuture
            let result: Result? = ring.waitWithLock { ring in
                if let result = attempt(&ring) { return .done(result) }
                if duties != nil, !hasWaited || scheduler.now >= deadline {
                    hasWaited = true
                    return .done(nil)
                }
                hasWaited = true
                return .wait(hasRoom, until: deadline)
            }
            if let result { return result }
        }
    }

    /// Nothing more will be pushed.
    func end() {
        ring.withLock { ring in
            ring.hasEnded = true
            hasItem.broadcast()
        }
    }

    // MARK: the popping side

    /// Takes the next batch, or the first elements of it; waits for one, for the timer or the end.
    ///
    /// - Parameters:
    ///   - batch: empty; takes the elements
    ///   - max: how many elements are wanted at most, at least 1
    /// - Returns: what came
    func pop(_ batch: inout Batch<Element>, max: Int) -> Popped {
        var spentBytes = 0
        let popped: Popped = ring.waitWithLock { ring in
            if ring.isPoked {
                ring.isPoked = false
                return .done(.timer)
            }
            if ring.head < ring.tail, !ring.isHeld, !ring.isRefused {
                return .done(take(&ring, &batch, max, &spentBytes))
            }
            if (ring.hasEnded && !ring.isHeld) || ring.isRefused { return .done(.end) }
            if ring.deadline != .distantFuture, scheduler.now >= ring.deadline {
                ring.deadline = .distantFuture
                return .done(.timer)
            }
            return .wait(hasItem, until: ring.deadline)
        }
        budget?.release(spentBytes)
        return popped
    }

    private func take(
        _ ring: inout Ring, _ batch: inout Batch<Element>, _ max: Int, _ spentBytes: inout Int
    ) -> Popped {
        let ticket = ring.tickets
        ring.tickets += 1
        if ring.cells.isBarrier(ring.head) {
            ring.head += 1
            ring.isHeld = holdsAtBarriers
            hasRoom.signal()
            return .barrier(ticket: ticket)
        }
        if ring.cells.takeFirst(max, of: ring.head, into: &batch) {
            spentBytes = ring.cells.takeBytes(ring.head)
            ring.head += 1
            hasRoom.signal()
        }
        // More is there for another worker.
        if ring.head < ring.tail { hasItem.signal() }
        return .batch(ticket: ticket)
    }

    /// Gives out what is behind the barrier that was taken last.
    func release() {
        ring.withLock { ring in
            ring.isHeld = false
            hasItem.broadcast()
        }
    }

    /// Elements that were popped have left the segment.
    func finish(_ count: Int) {
        guard elementLimit != nil, count > 0 else { return }
        ring.withLock { ring in
            ring.elements -= count
            hasRoom.signal()
        }
    }

    /// What is in the ring.
    var load: SegmentLoad { ring.withLock { $0.cells.load(of: $0.head..<$0.tail) } }

    /// Whether a pop would bring something at once.
    var isIdle: Bool { ring.withLock { $0.head == $0.tail } }

    /// The number of the next ticket, where the ring is empty and wants more.
    ///
    /// - Parameter count: how many elements are there for it
    /// - Returns: nil where it is not empty, or wants no more
    func nextTicketIfEmpty(for count: Int) -> Int? {
        ring.withLock { ring in
            guard ring.head == ring.tail, !ring.isRefused, ring.elements + count <= elementLimit ?? .max else {
                return nil
            }
            return ring.tickets
        }
    }

    /// Sets when the next timer is due.
    func arm(_ deadline: MonotonicTime) {
        ring.withLock { ring in
            let isEarlier = deadline < ring.deadline
            ring.deadline = deadline
            if isEarlier { hasItem.signal() }
        }
    }

    /// Lets one worker tick soon.
    func poke() {
        ring.withLock { ring in
            ring.isPoked = true
            hasItem.signal()
        }
    }

    /// The workers want no more: what is in the ring is dropped, and pushes are turned away.
    func refuse() {
        ring.withLock { ring in
            ring.isRefused = true
            hasRoom.broadcast()
            hasItem.broadcast()
        }
        // Outside the lock, since a dropped batch tells its source.
        var dropped = Batch<Element>(capacity: 0)
        var isLeft = true
        while isLeft {
            var bytes = 0
            isLeft = ring.withLock { ring in
                guard ring.head < ring.tail else { return false }
                if !ring.cells.isBarrier(ring.head) { _ = ring.cells.takeFirst(.max, of: ring.head, into: &dropped) }
                bytes = ring.cells.takeBytes(ring.head)
                ring.head += 1
                return true
            }
            dropped.clear()
            budget?.release(bytes)
        }
    }
}
