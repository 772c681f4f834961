import Synchronization

/// Stages that several workers run, whose outputs keep the order of the inputs.
///
/// The deliverer is a role, not a thread: whoever has something ready while nobody delivers takes it, passes on every
/// ready ticket in order, its own or not, and gives it up. A worker waits only when its cells are full and its ticket is
/// not next. The stages behind are touched only by the role's holder, without the lock.
final class OrderedSegment<Input: Sendable, Output: Sendable>: Segment {
    let name: String
    let pace = PassPace()
    let tail: SegmentTail<Output>
    let input: Channel<Input>
    let run: RunState
    let makeHead: ChainFactory
    private let makeTail: TailFactory
    let state: Guarded<TicketState>
    private let cells: OutputCells<Output>
    private let mayDraw: Monitor.Condition
    /// For the thread before the segment, which may work in place.
    let isFree: Monitor.Condition
    /// One per ticket's place, so that exactly the next one is woken.
    private let turns: [Monitor.Condition]

    init(
        name: String, input: Channel<Input>, workers: Int, run: RunState, makeHead: @escaping ChainFactory,
        downstreamWait: @escaping @Sendable () -> Int, makeTail: @escaping TailFactory
    ) {
        self.name = name
        self.input = input
        self.run = run
        self.makeHead = makeHead
        self.makeTail = makeTail
        tail = SegmentTail(run: run, downstreamWait: downstreamWait)
        let tickets = TicketState(workers: workers, depth: 2)
        cells = OutputCells(count: tickets.window * tickets.depth)
        let window = tickets.window
        state = Guarded(tickets, scheduler: run.scheduler)
        mayDraw = state.monitor.makeCondition()
        isFree = state.monitor.makeCondition()
        let monitor = state.monitor
        turns = (0..<window).map { _ in monitor.makeCondition() }
    }

    var paces: [PassPace] { [pace, tail.pace] }

    var load: SegmentLoad {
        var load = input.load
        load.reordered = state.withLock { $0.waiting }
        return load
    }

    func refuse() { input.refuse() }

    func poke() { input.poke() }

    // MARK: a worker

    /// The body of a worker's thread.
    ///
    /// - Parameter worker: counts the workers from 0; the first builds the stages behind the segment
    func work(_ worker: Int) {
        let current = CurrentTicket()
        let way = Inlet<Output>(
            push: { (batch: inout Batch<Output>) throws(Interruption) in try self.emit(current, &batch) },
            tick: { _ in .distantFuture }, flush: {}, finish: {})
        let head = run.materialize(name) {
            if worker == 0 { tail.fill(inlet(try makeTail(), of: Output.self)) }
            return try makeHead(way)
        }
        if let head { pass(into: inlet(head, of: Input.self), current) } else { input.refuse() }
        leave()
    }

    /// Ends a worker; the last one ends the stages behind the segment, once nobody delivers to them any more.
    private func leave() {
        let isLast = state.withLock { state in
            state.workers -= 1
            return state.workers == 0
        }
        guard isLast else { return }
        let finishes = state.waitWithLock { state -> Attempt<Bool> in
            // Only who works in place can still be at it.
            if state.isDelivering { return .wait(mayDraw) }
            defer { state.hasFinished = true }
            return .done(!state.hasFinished)
        }
        if finishes { tail.finish() }
    }

    private func pass(into head: Inlet<Input>, _ current: CurrentTicket) {
        var batch = Batch<Input>(capacity: 0)
        // What the pushes into the next segment wait is the deliverer's time, not that of the work here.
        var meter = PassMeter(pace: pace, scheduler: run.scheduler, waited: { current.waited })
        while waitToDraw() {
            switch input.pop(&batch, max: min(pace.entryLimit, tail.pace.entryLimit)) {
            case .batch(let ticket):
                current.number = ticket
                let count = batch.count
                meter.begin()
                var failure: StageFailure?
                do throws(Interruption) {
                    try head.push(&batch)
                } catch {
                    if case .failure(let found) = error { failure = found }
                }
                batch.clear()
                _ = meter.end(count)
                complete(ticket) {
                    $0.failure = failure
                    $0.credit = count
                }
            case .barrier(let ticket):
                complete(ticket) { $0.isBarrier = true }
            case .timer:
                state.withLock { $0.returnDraw() }
                tickIfFree()
            case .end:
                state.withLock { $0.returnDraw() }
                return
            }
        }
        batch.clear()
    }

    private func waitToDraw() -> Bool {
        state.waitWithLock { state in
            if state.isStopped { return .done(false) }
            guard state.mayDraw else { return .wait(mayDraw) }
            state.draw()
            return .done(true)
        }
    }

    /// Takes an output of a ticket: delivers it where it is the ticket's turn, else deposits it.
    private func emit(_ current: CurrentTicket, _ batch: inout Batch<Output>) throws(Interruption) {
        let start = run.scheduler.now
        defer { current.noteWait(run.scheduler.now.nanoseconds - start.nanoseconds) }
        let ticket = current.number
        let step: EmitStep = state.waitWithLock { state in
            if state.isStopped { return .done(.stopped) }
            if state.mayDeliver(ticket) {
                state.isDelivering = true
                return .done(.deliver)
            }
            if state.hasCell(ticket) {
                cells.swap(state.cell(ticket, state[ticket].deposited), &batch)
                state[ticket].deposited += 1
                return .done(.deposited)
            }
            return .wait(turns[ticket % state.window])
        }
        switch step {
        case .stopped: throw .stop
        case .deposited: batch.clear()
        case .deliver:
            deliverDeposits(of: ticket)
            deliver(&batch)
            rearm()
            if giveUpRole() { throw .stop }
        }
    }

    private func complete(_ ticket: Int, _ change: (inout TicketState.Ticket) -> Void) {
        let takesRole = state.withLock { state in
            change(&state[ticket])
            state[ticket].isComplete = true
            if state.isDelivering || state.isStopped { return false }
            state.isDelivering = true
            return true
        }
        guard takesRole else { return }
        deliverReady()
        _ = giveUpRole()
    }

    // MARK: the deliverer

    /// Delivers every ready ticket in order; called with the role.
    private func deliverReady() {
        var hasDelivered = false
        while true {
            let ready: Int? = state.withLock { state in
                !state.isStopped && state[state.next].isComplete ? state.next : nil
            }
            guard let ticket = ready else { break }
            deliverDeposits(of: ticket)
            let done: TicketState.Ticket? = state.withLock { state in
                if state.isStopped { return nil }
                let done = state.advance()
                mayDraw.signal()
                turns[state.next % state.window].signal()
                return done
            }
            guard let done else { break }
            hasDelivered = true
            input.finish(done.credit)
            tail.note(elements: done.credit)
            if let failure = done.failure {
                run.note(.failure(failure))
                markStopped()
            } else if done.isBarrier {
                flushTail()
            }
        }
        if hasDelivered { rearm() }
    }

    private func deliverDeposits(of ticket: Int) {
        let count = state.withLock { state in
            defer { state[ticket].deposited = 0 }
            return state[ticket].deposited
        }
        for index in 0..<count {
            let cell = state.withLock { $0.cell(ticket, index) }
            cells.withBatch(cell) { deliver(&$0) }
        }
    }

    /// Passes an output on; called with the role.
    func deliver(_ batch: inout Batch<Output>) {
        if state.withLock({ $0.isStopped }) {
            batch.clear()
            return
        }
        if !tail.push(&batch) { markStopped() }
    }

    private func flushTail() {
        if !tail.flush() { markStopped() }
    }

    /// Does what is due behind the segment, and sets when the next is; called with the role.
    func rearm() {
        if !tail.tick(arm: { input.arm($0) }) { markStopped() }
    }

    private func tickIfFree() {
        let takesRole = state.withLock { state in
            if state.isStopped { return false }
            if state.isDelivering {
                state.wantsTick = true
                return false
            }
            state.isDelivering = true
            return true
        }
        guard takesRole else { return }
        rearm()
        deliverReady()
        _ = giveUpRole()
    }

    /// Gives the role up, unless a ticket has become ready meanwhile; then delivers that as well.
    ///
    /// - Returns: whether the segment is stopped
    func giveUpRole() -> Bool {
        while true {
            let step: RoleStep = state.withLock { state in
                if state.isStopped {
                    let finishes = !state.hasFinished
                    state.hasFinished = true
                    return .stopped(finishes: finishes)
                }
                if state[state.next].isComplete { return .more }
                if state.wantsTick {
                    state.wantsTick = false
                    return .tick
                }
                state.isDelivering = false
                turns[state.next % state.window].signal()
                if state.workers == 0 { mayDraw.broadcast() }
                if state.isAwaited { isFree.signal() }
                return .leave
            }
            switch step {
            case .leave: return false
            case .more: deliverReady()
            case .tick: rearm()
            case .stopped(let finishes):
                if finishes { halt() }
                state.withLock { state in
                    state.isDelivering = false
                    mayDraw.broadcast()
                    isFree.signal()
                    for turn in turns { turn.broadcast() }
                }
                return true
            }
        }
    }

    /// Ends the segment early: nothing comes in any more, the stages behind finish, what was deposited is dropped.
    private func halt() {
        input.refuse()
        tail.finish()
        cells.clear()
    }

    var isStopped: Bool { state.withLock { $0.isStopped } }

    func markStopped() {
        state.withLock { $0.isStopped = true }
    }
}

/// The ticket that a worker is at, and how long it was busy with what comes behind the segment.
private final class CurrentTicket: Sendable {
    private let value = Atomic<Int>(0)
    private let wait = Atomic<Int>(0)

    var number: Int {
        get { value.load(ordering: .relaxed) }
        set { value.store(newValue, ordering: .relaxed) }
    }

    var waited: Int { wait.load(ordering: .relaxed) }

    func noteWait(_ nanoseconds: UInt64) {
        wait.add(Int(clamping: nanoseconds), ordering: .relaxed)
    }
}
