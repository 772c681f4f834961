import Connect

/// Batches whose messages the client has not reported all. Belongs to the sink's thread.
///
/// A message carries a number of its batch and its place in it through the client, never a reference.
struct PendingBatches: ~Copyable {
    /// A batch of which reports are missing.
    private final class Pending {
        var acknowledgement: SinkAcknowledgement?
        /// Messages without a report, and one for the batch itself while it is being written.
        var missing: Int
        /// The first message that was not delivered.
        var firstFailed: Int?
        let since: MonotonicTime

        init(_ acknowledgement: consuming SinkAcknowledgement, missing: Int, since: MonotonicTime) {
            self.acknowledgement = consume acknowledgement
            self.missing = missing
            self.since = since
        }
    }

    /// Elements of a batch are numbered below this.
    private static let placeBits = 20

    private var slots: [Pending?] = []
    private var free: [Int] = []
    private(set) var count = 0

    /// Takes a batch in.
    ///
    /// - Returns: its number, for the messages that are made of it
    mutating func begin(
        _ acknowledgement: consuming SinkAcknowledgement, count messages: Int, at now: MonotonicTime
    ) -> Int {
        let pending = Pending(acknowledgement, missing: messages + 1, since: now)
        count += 1
        if let slot = free.popLast() {
            slots[slot] = pending
            return slot
        }
        slots.append(pending)
        return slots.count - 1
    }

    /// What a message carries through the client.
    static func tag(batch: Int, place: Int) -> UInt {
        // Never 0, which would be no pointer.
        UInt(batch + 1) << placeBits | UInt(place)
    }

    /// Notes what became of a message.
    ///
    /// - Returns: when its batch was written, if that was the last report of it
    mutating func end(_ tag: UInt, isDelivered: Bool) -> MonotonicTime? {
        let batch = Int(tag >> PendingBatches.placeBits) - 1
        if !isDelivered { fail(batch, at: Int(tag & (1 << PendingBatches.placeBits - 1))) }
        return release(batch, 1)
    }

    /// Notes that a message of a batch could not be written.
    mutating func fail(_ batch: Int, at place: Int) {
        guard slots.indices.contains(batch), let pending = slots[batch] else { return }
        pending.firstFailed = min(pending.firstFailed ?? place, place)
    }

    /// Notes that a batch was written, or given up.
    ///
    /// - Parameters:
    ///   - batch: its number
    ///   - unwritten: how many of its messages the client was not given
    /// - Returns: when the batch was taken in, if nothing of it is missing any more
    mutating func endWriting(_ batch: Int, unwritten: Int) -> MonotonicTime? {
        release(batch, unwritten + 1)
    }

    /// Where a message stands in its source; nil where that is not known.
    func position(_ tag: UInt) -> Position? {
        let batch = Int(tag >> PendingBatches.placeBits) - 1
        guard slots.indices.contains(batch), let pending = slots[batch] else { return nil }
        return pending.acknowledgement?.position(of: Int(tag & (1 << PendingBatches.placeBits - 1)))
    }

    private mutating func release(_ batch: Int, _ messages: Int) -> MonotonicTime? {
        guard slots.indices.contains(batch), let pending = slots[batch] else { return nil }
        pending.missing -= messages
        if pending.missing > 0 { return nil }
        slots[batch] = nil
        free.append(batch)
        count -= 1
        if let acknowledgement = pending.acknowledgement.take() {
            if let place = pending.firstFailed {
                acknowledgement.end(failingAt: place)
            } else {
                acknowledgement.end()
            }
        }
        return pending.since
    }
}
