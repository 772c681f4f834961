import Connect

/// Passes on the batches of one origin in the order of their numbers, whoever sends them.
///
/// The batch that is next may come beyond credit, so that what waits behind it cannot keep it out. If a new attempt of
/// it comes after a part was passed on, that many elements are skipped where the stages between are deterministic, and
/// the output stays the same to the byte; where they are not, the batch is passed on from its first element again.
struct OrderedMerge<Element: Sendable>: Sendable {
    /// What is there of a batch that was not passed on.
    private struct Held: Sendable {
        var owner: BatchOwner
        var pieces: [BatchPiece<Element>] = []
        /// How many elements came, also those that were passed on.
        var received = 0
        var isComplete = false

        var size: Int { pieces.reduce(0) { $0 + $1.size } }
    }

    private let isDeterministic: Bool
    private let limits: CreditWindow
    private var windows: [CreditWindow]
    private var held: [UInt64: Held] = [:]
    /// Of each batch that was passed on and is not done, whom to tell.
    private var owners: NumberedQueue<BatchOwner>
    /// How much of the batch that is next was passed on.
    private var passed = PassedElements()
    private var last: UInt64?
    private var cut: (number: UInt64, verdict: BatchVerdict)?
    private var signals: [MergeSignal] = []
    /// How many bytes wait here.
    private(set) var heldBytes = 0

    /// A merge of one origin.
    ///
    /// - Parameters:
    ///   - senders: how many members send
    ///   - window: how many bytes of each may wait here
    ///   - reserve: how many bytes the batch that is next may go beyond that
    ///   - isDeterministic: whether the stages between make the same of the same batch every time
    ///   - first: the number of the first batch
    init(senders: Int, window: Int, reserve: Int, isDeterministic: Bool = true, first: UInt64 = 0) {
        limits = CreditWindow(window: window, reserve: reserve)
        windows = Array(repeating: limits, count: senders)
        self.isDeterministic = isDeterministic
        owners = NumberedQueue(first: first)
    }

    /// The batch that is passed on next.
    var next: UInt64 { owners.next }

    /// Whether all batches of the origin were passed on.
    var isFinished: Bool { last == next }
}

// MARK: - What the senders tell

extension OrderedMerge {
    /// A sender begins its flow, or begins it anew: what it sent before and was not passed on is forgotten.
    mutating func open(_ sender: Int, generation: UInt32) {
        for (number, batch) in held where batch.owner.sender == sender {
            heldBytes -= batch.size
            // What is known of its attempt stays: what still comes of an older one is not the begin of a batch.
            held[number] = Held(owner: batch.owner)
        }
        windows[sender].open(generation: generation)
    }

    /// Other members take the places of all that there were: what was not passed on comes again.
    ///
    /// - Parameter count: how many senders there are now
    mutating func replaceSenders(_ count: Int) {
        windows = Array(repeating: limits, count: count)
        held = [:]
        heldBytes = 0
        signals = []
        for number in owners.first..<owners.next { owners[number].sender = BatchOwner.nobody }
    }

    /// A sender is lost. What it sent is kept: it counts until a newer attempt comes.
    mutating func lose(_ sender: Int) {
        windows[sender].close()
    }

    /// Takes in a piece of a batch.
    ///
    /// - Throws: where it breaks the protocol
    mutating func receive(_ piece: BatchPiece<Element>, from sender: Int) throws(ProtocolError) {
        try windows[sender].charge(piece.size, isNext: piece.number <= next)
        if let last, piece.number >= last {
            throw ProtocolError(.unexpected, "batch \(piece.number) came, though the origin ended before \(last)")
        }
        let owner = BatchOwner(sender: sender, attempt: piece.attempt)
        guard piece.number >= next else { return receiveLate(piece, owner) }
        if let old = held[piece.number], old.owner.attempt < piece.attempt {
            windows[old.owner.sender].repay(old.size)
            heldBytes -= old.size
            held[piece.number] = nil
        }
        var batch = held[piece.number] ?? Held(owner: owner)
        guard batch.owner.attempt == piece.attempt else {
            // An attempt that is over, from a member that was given up but still speaks.
            windows[sender].repay(piece.size)
            return
        }
        guard batch.owner.sender == sender, !batch.isComplete, piece.first == batch.received else {
            throw ProtocolError(
                .unexpected,
                "a fragment of batch \(piece.number) begins with element \(piece.first), \(batch.received) is the next")
        }
        batch.received += piece.elements.count
        batch.isComplete = piece.isFinal
        batch.pieces.append(piece)
        heldBytes += piece.size
        held[piece.number] = batch
    }

    // All of the batch was passed on already; only who is to be told may have changed.
    private mutating func receiveLate(_ piece: BatchPiece<Element>, _ owner: BatchOwner) {
        windows[owner.sender].repay(piece.size)
        guard piece.isFinal else { return }
        if owners.contains(piece.number) {
            if owner.attempt > owners[piece.number].attempt { owners[piece.number] = owner }
            signal(piece.number, owner, .taken)
            tellCut(piece.number, owner)
        } else {
            signal(piece.number, owner, .ended(.done))
        }
    }

    /// A sender tells how many batches the origin has.
    ///
    /// - Parameter next: the number that the batch after the last one would have
    /// - Throws: where senders do not agree
    mutating func end(before next: UInt64) throws(ProtocolError) {
        guard last == nil || last == next, next >= self.next else {
            throw ProtocolError(
                .unexpected, "an origin ends before batch \(next), and also before \(last ?? self.next)")
        }
        last = next
    }
}

// MARK: - What is passed on

extension OrderedMerge {
    /// Takes what can be passed on next; nil where it has not come. In both cases there may be something to tell the
    /// senders: what was skipped gives credit back too.
    ///
    /// - Throws: where a new attempt of a batch has fewer elements than were passed on of an earlier one, though the
    ///   stages between are marked deterministic
    mutating func take() throws(ProtocolError) -> MergeDelivery<Element>? {
        while var batch = held[next], !batch.pieces.isEmpty {
            let number = next
            let piece = batch.pieces.removeFirst()
            held[number] = batch
            heldBytes -= piece.size
            windows[batch.owner.sender].repay(piece.size)
            let delivery = try passed.pass(piece, of: batch.owner, isDeterministic: isDeterministic)
            if piece.isLast { close(number, batch.owner) }
            if piece.isFailed { tellCut(number, batch.owner) }
            if !delivery.elements.isEmpty || piece.isFinal || delivery.isAnew { return delivery }
        }
        return nil
    }

    private mutating func close(_ number: UInt64, _ owner: BatchOwner) {
        held[number] = nil
        passed = PassedElements()
        owners.append(owner)
        signal(number, owner, .taken)
        tellCut(number, owner)
    }

    // A later attempt of what was cut: its sender has not heard of it.
    private mutating func tellCut(_ number: UInt64, _ owner: BatchOwner) {
        if let cut, cut.number == number { signal(number, owner, cut.verdict) }
    }
}

// MARK: - What became of it

extension OrderedMerge {
    /// All batches below a number have ended.
    mutating func acknowledge(below number: UInt64) {
        while owners.count > 0, owners.first < number {
            signal(owners.first, owners[owners.first], .ended(.done))
            owners.removeFirst()
        }
    }

    /// Of a batch only the first elements are done, and nothing behind them will be.
    ///
    /// - Parameters:
    ///   - number: the batch; all before it are told to be done
    ///   - verdict: how far it came
    mutating func acknowledge(_ number: UInt64, _ verdict: BatchVerdict) {
        acknowledge(below: number)
        cut = (number, verdict)
        if let owner = owners.contains(number) ? owners[number] : held[number]?.owner {
            signal(number, owner, verdict)
        }
    }

    /// What is to be told next; nil where there is nothing.
    mutating func nextSignal() -> MergeSignal? {
        if !signals.isEmpty { return signals.removeFirst() }
        for sender in windows.indices {
            guard let generation = windows[sender].generation, let bytes = windows[sender].grant(next: next) else {
                continue
            }
            return .credit(sender: sender, generation: generation, bytes: bytes, next: next)
        }
        return nil
    }

    // Neighbours of one sender and attempt become one range: on a flow the numbers are not one after the other, so what
    // stands between them belongs to others, and they are not told of it.
    private mutating func signal(_ number: UInt64, _ owner: BatchOwner, _ verdict: BatchVerdict) {
        if owner.sender == BatchOwner.nobody { return }
        let isOfSender = { (signal: MergeSignal) in
            if case .acknowledgement(owner.sender, _, _, _) = signal { true } else { false }
        }
        if let index = signals.lastIndex(where: isOfSender),
            case .acknowledgement(_, let numbers, owner.attempt, verdict) = signals[index], numbers.upperBound < number
        {
            signals[index] = .acknowledgement(
                sender: owner.sender, numbers: numbers.lowerBound...number, attempt: owner.attempt, verdict)
        } else {
            signals.append(
                .acknowledgement(sender: owner.sender, numbers: number...number, attempt: owner.attempt, verdict))
        }
    }
}
