import Connect

/// Passes on the batches of one origin as they come, whoever sends them, each to its end and once.
///
/// Only the elements of one batch keep their order. A later attempt of a batch that was passed on in part goes on where
/// the earlier one ended where the stages between are deterministic, and begins again where they are not.
struct UnorderedMerge<Element: Sendable>: Sendable {
    private struct Record: Sendable {
        var owner: BatchOwner
        var received = 0
        var isComplete = false
        var isPassedOn = false
        var verdict: BatchVerdict?
        var passed = PassedElements()
    }

    private struct Waiting: Sendable {
        let owner: BatchOwner
        let piece: BatchPiece<Element>
    }

    private let isDeterministic: Bool
    private let limits: CreditWindow
    private var windows: [CreditWindow]
    private var waiting: NumberedQueue<Waiting>
    /// The batches that have begun to come and are not among the first that are done.
    private var records: [UInt64: Record] = [:]
    /// All batches below are done.
    private var doneBelow: UInt64
    private var last: UInt64?
    private var passedOn: UInt64
    private var signals: [MergeSignal] = []
    /// How many bytes wait here.
    private(set) var heldBytes = 0

    /// A merge of one origin.
    ///
    /// - Parameters:
    ///   - senders: how many members send
    ///   - window: how many bytes of each may wait here
    ///   - isDeterministic: whether the stages between make the same of the same batch every time
    ///   - first: the number of the first batch
    init(senders: Int, window: Int, isDeterministic: Bool = true, first: UInt64 = 0) {
        limits = CreditWindow(window: window, reserve: 0)
        windows = Array(repeating: limits, count: senders)
        self.isDeterministic = isDeterministic
        waiting = NumberedQueue(first: 0)
        doneBelow = first
        passedOn = first
    }

    /// Whether all batches of the origin were passed on.
    var isFinished: Bool { last == passedOn }

    /// A sender begins its flow, or begins it anew: what it sent before and was not passed on is forgotten.
    mutating func open(_ sender: Int, generation: UInt32) {
        forget { $0.owner.sender == sender }
        windows[sender].open(generation: generation)
    }

    /// A sender is lost. What it sent is kept: it counts until a newer attempt comes.
    mutating func lose(_ sender: Int) {
        windows[sender].close()
    }

    /// Other members take the places of all that there were: what was not passed on comes again.
    ///
    /// - Parameter count: how many senders there are now
    mutating func replaceSenders(_ count: Int) {
        windows = Array(repeating: limits, count: count)
        waiting = NumberedQueue(first: waiting.next)
        heldBytes = 0
        signals = []
        for number in records.keys { records[number]?.owner.sender = BatchOwner.nobody }
    }

    private mutating func forget(_ isMeant: (Waiting) -> Bool) {
        let old = waiting
        waiting = NumberedQueue(first: old.next)
        for number in old.first..<old.next {
            let item = old[number]
            if isMeant(item) {
                windows[item.owner.sender].repay(item.piece.size)
                heldBytes -= item.piece.size
            } else {
                waiting.append(item)
            }
        }
    }

    /// Takes in a piece of a batch.
    ///
    /// - Throws: where it breaks the protocol
    mutating func receive(_ piece: BatchPiece<Element>, from sender: Int) throws(ProtocolError) {
        try windows[sender].charge(piece.size, isNext: false)
        if let last, piece.number >= last {
            throw ProtocolError(.unexpected, "batch \(piece.number) came, though the origin ended before \(last)")
        }
        let owner = BatchOwner(sender: sender, attempt: piece.attempt)
        var record = records[piece.number] ?? Record(owner: owner)
        guard piece.number >= doneBelow, !record.isPassedOn else { return receiveLate(piece, owner) }
        guard piece.attempt >= record.owner.attempt else {
            windows[sender].repay(piece.size)
            return
        }
        if piece.attempt > record.owner.attempt {
            forget { $0.piece.number == piece.number }
            record.owner = owner
            record.received = 0
            record.isComplete = false
        }
        guard record.owner.sender == sender, !record.isComplete, piece.first == record.received else {
            throw ProtocolError(
                .unexpected,
                "a fragment of batch \(piece.number) begins with element \(piece.first), \(record.received) is the next"
            )
        }
        record.received += piece.elements.count
        record.isComplete = piece.isFinal
        records[piece.number] = record
        waiting.append(Waiting(owner: owner, piece: piece))
        heldBytes += piece.size
    }

    private mutating func receiveLate(_ piece: BatchPiece<Element>, _ owner: BatchOwner) {
        windows[owner.sender].repay(piece.size)
        guard piece.isFinal else { return }
        guard piece.number >= doneBelow, let record = records[piece.number] else {
            return signal(piece.number, owner, .ended(.done))
        }
        if owner.attempt > record.owner.attempt { records[piece.number]?.owner = owner }
        signal(piece.number, owner, record.verdict ?? .taken)
    }

    /// A sender tells how many batches the origin has.
    ///
    /// - Parameter next: the number that the batch after the last one would have
    /// - Throws: where senders do not agree
    mutating func end(before next: UInt64) throws(ProtocolError) {
        guard last == nil || last == next, next >= passedOn, records.keys.allSatisfy({ $0 < next }) else {
            throw ProtocolError(.unexpected, "an origin ends before batch \(next), though there are others")
        }
        last = next
    }

    /// Takes what can be passed on next; nil where nothing has come. In both cases there may be something to tell the
    /// senders: what was skipped gives credit back too.
    ///
    /// - Throws: where a new attempt of a batch has fewer elements than were passed on of an earlier one, though the
    ///   stages between are marked deterministic
    mutating func take() throws(ProtocolError) -> MergeDelivery<Element>? {
        while waiting.count > 0 {
            let item = waiting[waiting.first]
            waiting.removeFirst()
            heldBytes -= item.piece.size
            windows[item.owner.sender].repay(item.piece.size)
            guard var record = records[item.piece.number] else { continue }
            let delivery = try record.passed.pass(item.piece, of: item.owner, isDeterministic: isDeterministic)
            if item.piece.isLast {
                record.isPassedOn = true
                passedOn += 1
                signal(item.piece.number, record.owner, .taken)
            }
            // A later attempt of what was cut: its sender has not heard of it.
            if item.piece.isFinal, let verdict = record.verdict { signal(item.piece.number, record.owner, verdict) }
            records[item.piece.number] = record
            if !delivery.elements.isEmpty || item.piece.isFinal || delivery.isAnew { return delivery }
        }
        return nil
    }

    /// A batch that was passed on has ended, or has been cut.
    mutating func acknowledge(_ number: UInt64, _ verdict: BatchVerdict = .ended(.done)) {
        guard let record = records[number], record.verdict == nil else { return }
        records[number]?.verdict = verdict
        signal(number, record.owner, verdict)
        while case .ended = records[doneBelow]?.verdict {
            records[doneBelow] = nil
            doneBelow += 1
        }
    }

    /// What is to be told next; nil where there is nothing.
    mutating func nextSignal() -> MergeSignal? {
        if !signals.isEmpty { return signals.removeFirst() }
        for sender in windows.indices {
            guard let generation = windows[sender].generation, let bytes = windows[sender].grant(next: nil) else {
                continue
            }
            return .credit(sender: sender, generation: generation, bytes: bytes, next: 0)
        }
        return nil
    }

    // A range would say something of the numbers between, which may not have ended.
    private mutating func signal(_ number: UInt64, _ owner: BatchOwner, _ verdict: BatchVerdict) {
        if owner.sender == BatchOwner.nobody { return }
        signals.append(
            .acknowledgement(sender: owner.sender, numbers: number...number, attempt: owner.attempt, verdict))
    }
}
