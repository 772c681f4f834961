/// Bounds the bytes that a whole pipeline has in its queues. Only the source waits for room: a stage that waited could
/// wait for one behind it.
final class ByteBudget: Sendable {
    private let used: Guarded<Int>
    private let hasRoom: Monitor.Condition
    let limit: Int
    private let scheduler: any Scheduler

    init(limit: Int, scheduler: any Scheduler) {
        self.limit = limit
        self.scheduler = scheduler
        used = Guarded(0, scheduler: scheduler)
        hasRoom = used.monitor.makeCondition()
    }

    /// Accounts for a batch that enters a queue.
    ///
    /// - Returns: how many bytes to give back later
    func charge<Element>(_ batch: borrowing Batch<Element>) -> Int {
        let bytes = batch.payloadBytes
        used.withLock { $0 += bytes }
        return bytes
    }

    func release(_ bytes: Int) {
        guard bytes > 0 else { return }
        used.withLock { used in
            used -= bytes
            if used < limit { hasRoom.broadcast() }
        }
    }

    /// Waits until there is room for more, or a deadline.
    ///
    /// - Returns: whether there is room
    func waitForRoom(until deadline: MonotonicTime) -> Bool {
        used.waitWithLock { used in
            if used < limit { return .done(true) }
            return scheduler.now >= deadline ? .done(false) : .wait(hasRoom, until: deadline)
        }
    }

    var bytes: Int { used.withLock { $0 } }
}

extension Batch {
    /// How many bytes the elements take with what they refer to.
    var payloadBytes: Int {
        var bytes = byteCount
        if Element.self == String.self || Element.self == KeyValue.self || Element.self == StreamChunk.self {
            for index in 0..<count { bytes += byteSize(of: element(at: index)) }
        } else if let type = Element.self as? any ByteRecord.Type {
            // Asked once for a batch, since asking is dear.
            bytes += occupiedBytes(of: type)
        }
        return bytes
    }

    private func occupiedBytes<Record: ByteRecord>(of type: Record.Type) -> Int {
        var bytes = 0
        for index in 0..<count { bytes += unsafeBitCast(element(at: index), to: Record.self).occupiedBytes }
        return bytes
    }
}
