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
        /// What the client reads the messages from, where it has no copy.
        let memory: BytesBuffer?

        init(
            _ acknowledgement: consuming SinkAcknowledgement, missing: Int, since: MonotonicTime, memory: BytesBuffer?
        ) {
            self.acknowledgement = consume acknowledgement
            self.missing = missing
            self.since = since
            self.memory = memory
        }
    }

    /// What a message carries through the client: its batch and its place there.
    struct Tag: Equatable {
        /// Elements of a batch are numbered below this.
        private static let placeBits: UInt = 20

        /// Never 0, which would be no pointer.
        let word: UInt

        init(_ word: UInt) {
            self.word = word
        }

        init(batch: Int, place: Int) {
            word = UInt(batch + 1) << Tag.placeBits | UInt(place)
        }

        var batch: Int { Int(word >> Tag.placeBits) - 1 }

        var place: Int { Int(word & (1 << Tag.placeBits - 1)) }
    }

    /// How much memory is held for the client at most. A partition that stands still holds whole batches for the sake of
    /// its part of them; what comes beyond this is copied.
    private static let mostHeldBytes = 8 << 20

    private var heldBytes = 0
    private var slots: [Pending?] = []
    private var free: [Int] = []
    private(set) var count = 0

    /// Takes a batch in.
    ///
    /// - Parameters:
    ///   - acknowledgement: ended with the last of its messages
    ///   - messages: how many it has
    ///   - now: the time
    ///   - memory: what is kept until then
    /// - Returns: its number, for the messages that are made of it
    mutating func begin(
        _ acknowledgement: consuming SinkAcknowledgement, count messages: Int, at now: MonotonicTime,
        holding memory: BytesBuffer? = nil
    ) -> Int {
        let pending = Pending(acknowledgement, missing: messages + 1, since: now, memory: memory)
        count += 1
        heldBytes += memory?.capacity ?? 0
        if let slot = free.popLast() {
            slots[slot] = pending
            return slot
        }
        slots.append(pending)
        return slots.count - 1
    }

    /// How many bytes may be held beside those that are.
    var room: Int { PendingBatches.mostHeldBytes - heldBytes }

    /// Notes that a message was not delivered, or could not be written.
    mutating func fail(_ tag: Tag) {
        guard slots.indices.contains(tag.batch), let pending = slots[tag.batch] else { return }
        pending.firstFailed = min(pending.firstFailed ?? tag.place, tag.place)
    }

    /// Notes that a batch was written, or given up.
    ///
    /// - Parameters:
    ///   - batch: its number
    ///   - unwritten: how many of its messages the client was not given
    /// - Returns: when the batch was taken in, if nothing of it is missing any more
    mutating func endWriting(_ batch: Int, unwritten: Int) -> MonotonicTime? {
        end(batch, unwritten + 1)
    }

    /// Where a message stands in its source; nil where that is not known.
    func position(_ tag: Tag) -> Position? {
        guard slots.indices.contains(tag.batch), let pending = slots[tag.batch] else { return nil }
        return pending.acknowledgement?.position(of: tag.place)
    }

    /// Notes that the client is through with messages of a batch, delivered or not.
    ///
    /// - Returns: when the batch was taken in, if nothing of it is missing any more
    mutating func end(_ batch: Int, _ messages: Int) -> MonotonicTime? {
        guard slots.indices.contains(batch), let pending = slots[batch] else { return nil }
        pending.missing -= messages
        if pending.missing > 0 { return nil }
        slots[batch] = nil
        free.append(batch)
        count -= 1
        heldBytes -= pending.memory?.capacity ?? 0
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
