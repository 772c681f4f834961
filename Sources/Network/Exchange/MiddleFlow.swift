import Connect

/// The part between a split and its merge, for one origin on one member, from one begin of its flow to the next. All calls
/// come on the loop.
final class MiddleFlow {
    /// Where the batches come from, and where what is made of them goes to.
    struct Way {
        var input: FlowAddress
        var output: FlowAddress
        var origin: Int
        var target: Int
        /// Which start of the origin numbers the batches.
        var start: UInt64
        /// Whether the order is restored at the target.
        var isOrdered: Bool
    }

    /// What its run needs to be made.
    struct Stages {
        /// The part, with the two ends put in.
        var plan: (PartEntry, PartExit) -> Plan
        var options: RunOptions
        var keepsOrder: Bool
        var entryKind: String
        var exitKind: String
    }

    let way: Way
    let generation: UInt32
    private let stages: Stages
    private let limits: ExchangeLimits
    private unowned let exchange: any ExchangeEvents
    private var window: CreditWindow
    private var credit: FlowCredit
    private var output: MiddleOutput
    private var leaving = NumberedQueue<BatchPiece<Bytes>>(first: 0)
    private var leavingBytes = 0
    /// The batch that is coming, and how many of its elements have come.
    private var coming: (number: UInt64, count: Int)?
    private var end: UInt64?
    private var isEndSent = false
    private var run: PipelineRun?
    private var hasRunEnded = false
    private var hasFailed = false
    private var queue: ArrivalQueue?
    private var door: DepartureDoor?
    /// Whether something that was sent is lost, so that the flow must begin anew.
    private(set) var isBroken = false
    private var isCancelled = false

    /// A flow that begins.
    init(
        _ way: Way, generation: UInt32, stages: Stages, limits: ExchangeLimits, exchange: any ExchangeEvents
    ) {
        self.way = way
        self.generation = generation
        self.stages = stages
        self.limits = limits
        self.exchange = exchange
        window = CreditWindow(window: limits.window, reserve: 0)
        credit = FlowCredit(reserve: way.isOrdered ? limits.frame : 0)
        output = MiddleOutput(keepsOrder: stages.keepsOrder, limits: limits)
        window.open(generation: generation)
        credit.open(generation: generation)
        isBroken = !exchange.isUp(way.target)
        guard !isBroken else { return }
        exchange.send(.openFlow(OpenFlow(flow: way.output, generation: generation, start: way.start)), to: way.target)
        grant()
    }

    // MARK: What the origin sends

    func receive(_ fragment: Fragment) throws(ProtocolError) {
        let size = FrameEncoder.fragmentLength(of: fragment.elements)
        guard !isBroken, !isCancelled else { return }
        if fragment.isFailed {
            throw ProtocolError(.unexpected, "batch \(fragment.number) has failed on its way from a split")
        }
        try window.charge(size, isNext: false)
        if fragment.first == 0, fragment.isLast, fragment.elements.isEmpty {
            // The merge has its elements: somebody is to tell its end.
            window.repay(size)
            leave(
                BatchPiece(
                    number: fragment.number, attempt: fragment.attempt, first: 0, elements: [], isLast: true,
                    size: FrameEncoder.fragmentOverhead))
            return settle()
        }
        // What comes behind a failure is for the next start. Its room stays taken, so that not much comes.
        if hasFailed { return }
        let before = coming?.number == fragment.number ? coming?.count ?? 0 : 0
        guard Int(fragment.first) == before,
            before + fragment.elements.count <= limits.batchCount, coming == nil || coming?.number == fragment.number
        else {
            throw ProtocolError(
                .unexpected,
                "a fragment of batch \(fragment.number) begins with element \(fragment.first), \(before) is the next")
        }
        if before == 0 { output.begin(fragment.number, attempt: fragment.attempt) }
        let count = before + fragment.elements.count
        coming = fragment.isLast ? nil : (fragment.number, count)
        let place = output.position(of: before)
        if fragment.isLast { output.complete(count) }
        start()
        queue?.put(
            ArrivalQueue.Arrival(
                partition: 0, offset: place, elements: fragment.elements[...], size: size))
    }

    func receive(_ end: EndOfStream) {
        guard !isBroken, end.generation == generation else { return }
        self.end = end.next
        if run == nil { hasRunEnded = true } else { queue?.end() }
        settle()
    }

    // MARK: The run

    private func start() {
        guard run == nil else { return }
        let this = exchange.onLoop(self)
        let scheduler = stages.options.scheduler
        let queue = ArrivalQueue(scheduler: scheduler) { this.run { $0.tookIn() } }
        let door = DepartureDoor(limit: limits.departing, scheduler: scheduler)
        self.queue = queue
        self.door = door
        let source = ArrivalSource(queue: queue, partitions: ["origin"], kind: stages.entryKind) { positions in
            guard let offset = positions.first?.offset else { return }
            door.post { this.run { $0.finish(below: offset) } }
        }
        let sink = MiddleSink(door: door, limits: limits, kind: stages.exitKind, middle: this)
        do throws(PlanError) {
            run = try PipelineRun(stages.plan(PartEntry(source), PartExit(sink)), stages.options) { result in
                door.post { this.run { $0.ended(result.map { _ in () }) } }
            }
        } catch {
            exchange.fail(PipelineError(code: .planRefused, stage: stages.entryKind, message: "\(error)", cause: error))
        }
    }

    private func tookIn() {
        guard let queue, !isCancelled else { return }
        for bytes in queue.takeReport().values { window.repay(bytes) }
        grant()
    }

    /// The run gives something out.
    func take(_ outputs: MiddleSink.Outputs) {
        guard !isCancelled, !hasRunEnded else { return }
        output.append(outputs)
        settle()
        door?.took(outputs.bytes, holding: leavingBytes)
    }

    private func finish(below offset: Int64) {
        guard !isCancelled else { return }
        output.finish(below: offset)
        settle()
    }

    private func ended(_ result: Result<Void, PipelineError>) {
        guard !isCancelled else { return }
        letGo()
        hasRunEnded = true
        if case .failure(let error) = result { fail(error) }
        settle()
    }

    /// The merge is to pass on what was made before the failure. It hears of that only when all members are about to.
    private func fail(_ error: PipelineError) {
        hasFailed = true
        guard let (number, index) = output.fail() else { return exchange.fail(error) }
        var error = error
        // The run's own positions count what came to it.
        if error.position != nil {
            error.position = Position(partition: "member \(way.origin), batch \(number)", offset: Int64(index))
        }
        exchange.windDown(error)
    }

    // MARK: What the merge tells

    func receive(_ grant: Credit) {
        credit.grant(Int(grant.bytes), next: grant.next, generation: grant.generation)
        settle()
    }

    func receive(_ told: Acknowledgement) {
        var acknowledgement = told
        acknowledgement.flow = way.input
        switch told.verdict {
        case .taken: break
        case .ended: output.forget(told.first...told.last)
        case .cut(let count, let status):
            let elements = output.elements(of: told.last, below: Int(count), byLimit: status == .partial)
            acknowledgement.verdict = .cut(at: elements, status)
        }
        exchange.send(.acknowledgement(acknowledgement), to: way.origin)
    }

    func receive(_ told: Stop) {
        guard told.generation == generation else { return }
        var stop = told
        stop.flow = way.input
        exchange.send(.stop(stop), to: way.origin)
    }

    // MARK: Losses

    /// What was sent to the merge is lost.
    func lose() {
        guard !isBroken else { return }
        isBroken = true
        cancel()
    }

    /// There is a connection to the merge again.
    func find() {
        guard isBroken else { return }
        exchange.send(
            .stop(Stop(flow: way.input, generation: generation, reason: .restart, number: 0, sentence: "")),
            to: way.origin)
    }

    /// Ends the run; nothing comes of it any more.
    func cancel() {
        guard !isCancelled else { return }
        isCancelled = true
        let failure = PipelineError(code: .sourceFailed, stage: stages.entryKind, message: "the flow begins anew")
        door?.cancel(failure)
        queue?.cancel(failure)
        run?.abort()
        letGo()
    }

    // Each of these holds the flow in turn.
    private func letGo() {
        run = nil
        queue = nil
        door = nil
    }

    // MARK: What is to be done

    private func leave(_ piece: BatchPiece<Bytes>) {
        leaving.append(piece)
        leavingBytes += piece.size
    }

    private func settle() {
        if isBroken || isCancelled { return }
        while let piece = output.nextPiece() { leave(piece) }
        while leaving.count > 0 {
            let piece = leaving[leaving.first]
            guard credit.allows(piece.number) else { break }
            leaving.removeFirst()
            leavingBytes -= piece.size
            send(piece)
        }
        if leaving.count == 0, credit.available > 0, let piece = output.flush() { send(piece) }
        door?.took(0, holding: leavingBytes)
        if let end, hasRunEnded, !hasFailed, leaving.count == 0, !isEndSent {
            isEndSent = true
            exchange.send(
                .endOfStream(EndOfStream(flow: way.output, generation: generation, next: end)), to: way.target)
        }
        grant()
    }

    private func send(_ piece: BatchPiece<Bytes>) {
        credit.spend(piece.size)
        exchange.send(
            .fragment(
                Fragment(
                    flow: way.output, number: piece.number, attempt: piece.attempt, first: UInt32(piece.first),
                    isLast: piece.isLast, isFailed: piece.isFailed, elements: piece.elements)), to: way.target)
    }

    private func grant() {
        guard !isBroken, let bytes = window.grant(next: nil) else { return }
        exchange.send(
            .credit(Credit(flow: way.input, generation: generation, bytes: UInt32(bytes), next: 0)), to: way.origin)
    }
}
