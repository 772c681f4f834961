import Connect

/// The end of the flows into a merge: passes on what comes of all origins, and tells the members what became of it. All
/// calls come on the loop.
final class MergeEnd {
    /// What is there of one origin.
    private struct Origin {
        var number: UInt32
        /// Which start of it numbers the batches that are known; nil where none are.
        var start: UInt64?
        var merge: any BatchMerge
        var passed = PassedBatches()
        /// How many bytes were given to the run and not read by it.
        var arriving = 0
        /// The begins of the flows of members.
        var generations: [Int: UInt32] = [:]
        /// From which batch on nothing is wanted; nil where everything is.
        var stop: UInt64?
        /// Whether the origin has said that all of its batches have ended: so nothing is to come.
        var isClosed = false
        /// The batch in which the stages before the merge have failed, and how many elements came of it.
        var failed: (number: UInt64, count: Int)?

        var isFinished: Bool { merge.isFinished || isClosed }
    }

    private let exchangeNumber: UInt16
    private let limits: ExchangeLimits
    private let queue: ArrivalQueue
    private unowned let exchange: any ExchangeEvents
    private var origins: [Origin]
    private var hasEnded = false
    private var stopReason = Stop.Reason.limit
    /// Whether nothing more is passed on, because stages have failed behind what was.
    private var isCutShort = false
    /// Whether the run behind has taken a limit, so that what it commits may end within a batch.
    var isLimited: () -> Bool = { false }

    /// The end of flows of which nothing has come.
    ///
    /// - Parameters:
    ///   - number: which exchange
    ///   - origins: the numbers of the origins
    ///   - makeMerge: makes what brings the batches of one origin together
    ///   - queue: takes what is passed on
    ///   - limits: how much is on its way at most
    ///   - exchange: sends frames
    init(
        _ number: UInt16, origins: [UInt32], makeMerge: () -> any BatchMerge, queue: ArrivalQueue,
        limits: ExchangeLimits, exchange: any ExchangeEvents
    ) {
        exchangeNumber = number
        self.queue = queue
        self.limits = limits
        self.exchange = exchange
        self.origins = origins.map { Origin(number: $0, merge: makeMerge()) }
    }

    // MARK: The members

    func receive(_ open: OpenFlow, from place: Int) throws(ProtocolError) {
        let index = try index(of: open.flow)
        // Batches of another start have the same numbers and are others: until all begin anew they have no place here.
        guard open.start == origins[index].start ?? open.start else { return }
        origins[index].start = open.start
        origins[index].generations[place] = open.generation
        origins[index].merge.open(place, generation: open.generation)
        if origins[index].stop != nil { tellStop(index, place) }
        try settle()
    }

    func receive(_ fragment: Fragment, from place: Int) throws(ProtocolError) {
        let piece = BatchPiece(
            number: fragment.number, attempt: fragment.attempt, first: Int(fragment.first),
            elements: fragment.elements, isLast: fragment.isLast, isFailed: fragment.isFailed,
            size: FrameEncoder.fragmentLength(of: fragment.elements))
        let index = try index(of: fragment.flow)
        guard origins[index].generations[place] != nil else { return }
        try origins[index].merge.receive(piece, from: place)
        try settle()
    }

    func receive(_ end: EndOfStream, from place: Int) throws(ProtocolError) {
        let index = try index(of: end.flow)
        guard origins[index].generations[place] == end.generation else { return }
        try origins[index].merge.end(before: end.next)
        try settle()
    }

    /// An origin knows how all of its batches have ended. It may have had none, or none that was left to be told.
    func close(_ origin: UInt32) {
        for index in origins.indices where origins[index].number == origin { origins[index].isClosed = true }
        settleSafely()
    }

    /// A member is lost.
    func isDown(_ place: Int) {
        for index in origins.indices where origins[index].generations.removeValue(forKey: place) != nil {
            origins[index].merge.lose(place)
        }
    }

    /// Goes on with other members, none of which is there yet.
    ///
    /// - Parameters:
    ///   - numbers: those of the origins from now on, in their order
    ///   - count: how many members there are
    func goOn(origins numbers: [UInt32], of count: Int) {
        for (index, number) in zip(origins.indices, numbers) {
            origins[index].number = number
            origins[index].generations = [:]
            origins[index].merge.replaceSenders(count)
        }
    }

    private func index(of flow: FlowAddress) throws(ProtocolError) -> Int {
        guard let index = origins.firstIndex(where: { $0.number == flow.origin }) else {
            throw ProtocolError(.unexpected, "exchange \(flow.exchange) has no origin \(flow.origin)")
        }
        return index
    }

    // MARK: The run

    /// The run has read something.
    func tookIn() {
        for (partition, bytes) in queue.takeReport() { origins[partition].arriving -= bytes }
        settleSafely()
    }

    /// The run has committed.
    func finish(_ positions: [Position]) {
        for position in positions {
            guard let index = Int(position.partition.dropFirst(Self.partition(0).count - 1)),
                origins.indices.contains(index)
            else { continue }
            origins[index].passed.finish(below: position.offset)
            tellDone(index, isLimited: isLimited())
        }
        settleSafely()
    }

    /// What an origin's partition is called, by its place among the origins: its number changes with the members.
    static func partition(_ index: Int) -> String { "origin-\(index)" }

    /// The run has ended, and has done what it has committed, and nothing else.
    ///
    /// - Parameters:
    ///   - isLimited: whether it wanted no more
    ///   - isFailed: whether it has failed
    ///   - isSuspended: whether another one is to go on where it ended
    func ended(isLimited: Bool, isFailed: Bool = false, isSuspended: Bool = false) {
        guard !hasEnded else { return }
        hasEnded = true
        let hasFailed = isFailed || isCutShort
        stopReason = isSuspended ? .suspended : hasFailed ? .failure : .limit
        for index in origins.indices {
            end(index, isLimited: isLimited, isSuspended || hasFailed ? .failed : .partial)
            if origins[index].stop == nil { continue }
            for place in origins[index].generations.keys { tellStop(index, place) }
        }
        settleSafely()
    }

    private func end(_ index: Int, isLimited: Bool, _ status: AckStatus) {
        let isAllDone = origins[index].passed.done == origins[index].passed.count
        let isWhole = isAllDone && origins[index].isFinished
        // Only a limit may have ended at the last output of a batch of which more would be wanted.
        tellDone(index, isLimited: status == .partial && (isLimited || !isWhole))
        if isWhole && !isLimited { return }
        if isAllDone, !isLimited, let failed = origins[index].failed, failed.number == origins[index].passed.firstUndone
        {
            cut(index, failed.number, at: failed.count, status)
        } else if let (number, count) = origins[index].passed.end(isFailed: status == .failed) {
            cut(index, number, at: count, status)
        } else {
            origins[index].stop = origins[index].passed.firstUndone
        }
    }

    private func cut(_ index: Int, _ number: UInt64, at count: Int, _ status: AckStatus) {
        origins[index].merge.cut(number, at: UInt32(count), status)
        origins[index].stop = number + 1
    }

    // MARK: What is to be done

    private func tellDone(_ index: Int, isLimited: Bool) {
        while let number = origins[index].passed.nextDone(isLimited: isLimited) {
            origins[index].merge.finish(number)
        }
    }

    private func tellStop(_ index: Int, _ place: Int) {
        guard let number = origins[index].stop, let generation = origins[index].generations[place] else { return }
        exchange.send(
            .stop(
                Stop(
                    flow: flow(index), generation: generation, reason: stopReason, number: number,
                    sentence: stopReason == .failure ? exchange.reasonToWindDown : "")), to: place)
    }

    private func flow(_ index: Int) -> FlowAddress {
        FlowAddress(exchange: exchangeNumber, origin: origins[index].number)
    }

    private func settleSafely() {
        do throws(ProtocolError) {
            try settle()
        } catch {
            exchange.fail(
                PipelineError(
                    code: .sourceFailed, stage: "exchange \(exchangeNumber)", message: error.message, cause: error))
        }
    }

    /// Passes on what has come, as far as the run has room, and says so.
    private func settle() throws(ProtocolError) {
        for index in origins.indices {
            while !hasEnded, !isCutShort, origins[index].arriving < limits.arriving,
                let delivery = try origins[index].merge.take()
            {
                pass(delivery, index)
            }
            // What nobody wants any more is taken all the same, so that what is still to be told has room.
            while hasEnded, try origins[index].merge.take() != nil {}
            tellMembers(index)
        }
        if !hasEnded, isCutShort || origins.allSatisfy(\.isFinished) { queue.end() }
    }

    private func pass(_ delivery: MergeDelivery<Bytes>, _ index: Int) {
        let offset = origins[index].passed.count
        origins[index].passed.append(delivery)
        if delivery.isFailed {
            origins[index].failed = (delivery.number, delivery.first + delivery.elements.count)
            isCutShort = true
        }
        if delivery.elements.isEmpty { return tellDone(index, isLimited: isLimited()) }
        let size = FrameEncoder.fragmentLength(of: delivery.elements)
        origins[index].arriving += size
        queue.put(
            ArrivalQueue.Arrival(partition: index, offset: offset, elements: delivery.elements[...], size: size))
    }

    private func tellMembers(_ index: Int) {
        while let signal = origins[index].merge.nextSignal() {
            switch signal {
            case .credit(let place, let generation, let bytes, let next):
                exchange.send(
                    .credit(Credit(flow: flow(index), generation: generation, bytes: UInt32(bytes), next: next)),
                    to: place)
            case .acknowledgement(let place, let numbers, let attempt, let verdict):
                exchange.send(
                    .acknowledgement(
                        Acknowledgement(
                            flow: flow(index), first: numbers.lowerBound, last: numbers.upperBound, attempt: attempt,
                            verdict: verdict)), to: place)
            }
        }
    }
}
