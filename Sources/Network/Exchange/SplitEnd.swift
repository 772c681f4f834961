import Connect

/// The begin of the flows of one origin: gives what the run before the split makes to the members, and tells the run what
/// became of it. All calls come on the loop.
final class SplitEnd {
    let flow: FlowAddress
    /// Which members take batches.
    private let places: [Int]
    private let door: DepartureDoor
    private unowned let exchange: any ExchangeEvents
    private var ledger: SplitLedger<[Bytes]>
    private var writes: any OriginWrites
    /// How many bytes were taken off the door since it was last told.
    private var taken = 0
    private var isClosing = false
    private var isTold = false
    private var byLimit = false
    /// Whether nothing is left to be done.
    private(set) var isFinished = false

    /// The begin of flows to which nothing was given.
    ///
    /// - Parameters:
    ///   - flow: their address
    ///   - places: which members take batches
    ///   - count: how many members there are
    ///   - isOrdered: whether the order is restored behind them
    ///   - isKeyed: whether elements are dealt out by the hashes of their keys
    ///   - door: through which the run hands its output over
    ///   - limits: how much is on its way at most
    ///   - exchange: sends frames
    init(
        _ flow: FlowAddress, to places: [Int], of count: Int, isOrdered: Bool, isKeyed: Bool, door: DepartureDoor,
        limits: ExchangeLimits, exchange: any ExchangeEvents
    ) {
        self.flow = flow
        self.places = places
        self.door = door
        self.exchange = exchange
        ledger = SplitLedger(
            lanes: count, heldLimit: limits.heldBytes, heldBatches: limits.heldBatches,
            overhead: FrameEncoder.fragmentOverhead, isOrdered: isOrdered, awaitsLanes: isKeyed)
        writes = isKeyed ? KeyedWrites(limits, places: places) : SplitWrites(limits)
    }

    // MARK: The run

    /// The run hands something over.
    func take(_ write: SplitWrite, _ bytes: Int) {
        taken += bytes
        if isFinished { return settle() }
        writes.append(write, bytes: bytes)
        settle()
    }

    /// The run hands nothing more over.
    func noMore() {
        isClosing = true
        settle()
    }

    // MARK: The members

    /// There is a connection to a member.
    func isUp(_ place: Int) {
        if isFinished { return exchange.send(.closeFlow(CloseFlow(flow: flow)), to: place) }
        guard places.contains(place) else { return }
        ledger.laneIsUp(place)
        settle()
    }

    /// Members that have not come yet have been waited for long enough: others get the keys that belong to them.
    func stopAwaiting() {
        ledger.stopAwaiting()
        settle()
    }

    /// A member is lost.
    func isDown(_ place: Int) {
        guard places.contains(place) else { return }
        ledger.laneIsDown(place)
        settle()
    }

    func receive(_ credit: Credit, from place: Int) {
        ledger.grant(Int(credit.bytes), lane: place, generation: credit.generation)
        settle()
    }

    func receive(_ acknowledgement: Acknowledgement, from place: Int) throws(ProtocolError) {
        if case .cut(_, let status) = acknowledgement.verdict, status == .partial { byLimit = true }
        try ledger.acknowledge(
            acknowledgement.first...acknowledgement.last, attempt: acknowledgement.attempt, lane: place,
            acknowledgement.verdict)
        settle()
    }

    func receive(_ stop: Stop, from place: Int) {
        switch stop.reason {
        case .restart: ledger.restart(place, generation: stop.generation)
        case .limit:
            byLimit = true
            ledger.stop(before: stop.number)
            exchange.stopRun(before: flow)
        // The member says goodbye, too, with what has failed.
        case .failure: ledger.stop()
        }
        settle()
    }

    // MARK: What is to be done

    private func settle() {
        while !isFinished {
            if let action = ledger.nextAction() {
                perform(action)
            } else if ledger.wantsMore, let batch = writes.makeBatch() {
                ledger.append(batch.elements, size: batch.size, slot: batch.slot)
            } else if isClosing, !isTold, writes.isEmpty {
                isTold = true
                ledger.end()
            } else {
                break
            }
        }
        if !isFinished { report() }
        door.took(taken, holding: writes.waitingBytes)
        taken = 0
    }

    private func perform(_ action: SplitLedger<[Bytes]>.Action) {
        switch action {
        case .open(let place, let generation):
            exchange.send(.openFlow(OpenFlow(flow: flow, generation: generation, first: 0)), to: place)
        case .send(let place, let number, let attempt, let elements):
            exchange.send(
                .fragment(
                    Fragment(
                        flow: flow, number: number, attempt: attempt, first: 0, isLast: true,
                        elements: elements ?? [])), to: place)
        case .end(let place, let generation, let next):
            exchange.send(.endOfStream(EndOfStream(flow: flow, generation: generation, next: next)), to: place)
        }
    }

    /// Tells the run what became of its output.
    private func report() {
        let progress = ledger.progress
        writes.end(below: progress.number)
        guard ledger.isFinished, isTold || ledger.isStopped else { return }
        isFinished = true
        writes.cut(at: Int(progress.index), byLimit: byLimit)
        door.finish()
        for place in exchange.members { exchange.send(.closeFlow(CloseFlow(flow: flow)), to: place) }
    }
}
