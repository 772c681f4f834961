import Connect

/// The begin of the flows of one origin: gives what the run before the split makes to the members, and tells the run what
/// became of it. All calls come on the loop.
final class SplitEnd {
    private(set) var flow: FlowAddress
    private let isKeyed: Bool
    /// Which start of the origin this is.
    private let start: UInt64
    /// Which members take batches.
    private var places: [Int]
    private let door: DepartureDoor
    private unowned let exchange: any ExchangeEvents
    private var ledger: SplitLedger<[Bytes]>
    private var writes: any OriginWrites
    /// How many bytes were taken off the door since it was last told.
    private var taken = 0
    private var isClosing = false
    private var isTold = false
    private var byLimit = false
    /// Whether what the run hands over waits for other members.
    private var isPaused = false
    /// Whether nothing is left to be done.
    private(set) var isFinished = false
    /// Whether the run has ended, too.
    private var isClosed = false
    /// Why the run will not have delivered everything, as far as it knows.
    var failure: () -> PipelineError? = { nil }

    /// The begin of flows to which nothing was given.
    ///
    /// - Parameters:
    ///   - flow: their address
    ///   - start: which start of the origin this is
    ///   - places: which members take batches
    ///   - count: how many members there are
    ///   - isOrdered: whether the order is restored behind them
    ///   - isKeyed: whether elements are dealt out by the hashes of their keys
    ///   - door: through which the run hands its output over
    ///   - limits: how much is on its way at most
    ///   - exchange: sends frames
    init(
        _ flow: FlowAddress, start: UInt64, to places: [Int], of count: Int, isOrdered: Bool, isKeyed: Bool,
        door: DepartureDoor,
        limits: ExchangeLimits, exchange: any ExchangeEvents
    ) {
        self.flow = flow
        self.isKeyed = isKeyed
        self.start = start
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
        // Others may read without end: they are to hear of it before what was made here is done.
        if let error = failure() { exchange.windDown(error) }
        settle()
    }

    /// The run has ended.
    func close() {
        guard isFinished, !isClosed else { return }
        isClosed = true
        for place in exchange.members { exchange.send(.closeFlow(CloseFlow(flow: flow)), to: place) }
    }

    // MARK: Changes of the members

    /// Makes no further batch, so that those that there are come to their end.
    func pause(_ isPaused: Bool) {
        self.isPaused = isPaused
        settle()
    }

    /// Whether nothing is on its way.
    var isDrained: Bool { isFinished || ledger.areAllTaken }

    /// Goes on with other members, none of which is there yet.
    ///
    /// - Parameters:
    ///   - flow: the address of the flows from now on
    ///   - places: which members take batches
    ///   - count: how many members there are
    func goOn(_ flow: FlowAddress, to places: [Int], of count: Int) {
        self.flow = flow
        let before = self.places
        self.places = places
        // What belonged together stays together.
        ledger.replaceLanes(count, awaitsLanes: isKeyed) { slot in
            places[(before.firstIndex(of: slot) ?? 0) % places.count]
        }
        writes.change(to: places)
        isPaused = false
    }

    // MARK: The members

    /// There is a connection to a member.
    func isUp(_ place: Int) {
        if isClosed { return exchange.send(.closeFlow(CloseFlow(flow: flow)), to: place) }
        guard !isFinished, places.contains(place) else { return }
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
        case .failure:
            // Told before the flow is closed: nobody is to take that for the end of everything.
            exchange.windDown(because: stop.sentence)
            ledger.stop(before: stop.number)
            exchange.stopRun(before: flow)
        case .suspended: ledger.stop(before: stop.number)
        }
        settle()
    }

    // MARK: What is to be done

    private func settle() {
        while !isFinished {
            if let action = ledger.nextAction() {
                perform(action)
            } else if !isPaused, ledger.wantsMore, let batch = writes.makeBatch() {
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
        if isPaused { exchange.drained() }
    }

    private func perform(_ action: SplitLedger<[Bytes]>.Action) {
        switch action {
        case .open(let place, let generation):
            exchange.send(.openFlow(OpenFlow(flow: flow, generation: generation, start: start)), to: place)
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
    }
}
