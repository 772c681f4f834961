import Synchronization

/// Stages that several workers run, whose outputs keep no order, or only that of each lane.
///
/// With one channel all workers draw from it; with a channel per worker (order per key) each draws from its own lane.
final class OrderlessSegment<Input: Sendable, Output: Sendable>: Segment {
    private struct State: Sendable {
        var isDelivering = false
        var isStopped = false
        var hasFinished = false
        var workers: Int
        var head = 0
        var tail = 0
        /// With one channel: all tickets before this one are through, and of those after it these.
        var through = 0
        var throughAhead: Set<Int> = []
        /// How many barriers each lane has come to, and how many have been flushed through.
        var barriers: [Int]
        var flushed = 0
    }

    let name: String
    private let pace = PassPace()
    let inputs: [Channel<Input>]
    private let run: RunState
    private let makeHead: ChainFactory
    private let makeTail: TailFactory
    private let tail: SegmentTail<Output>
    private let state: Guarded<State>
    /// A ring of outputs that wait for the deliverer.
    private let cells: OutputCells<Output>
    private let cellCount: Int
    private let changed: Monitor.Condition

    init(
        name: String, inputs: [Channel<Input>], workers: Int, run: RunState, makeHead: @escaping ChainFactory,
        downstreamWait: @escaping @Sendable () -> Int, makeTail: @escaping TailFactory
    ) {
        self.name = name
        self.inputs = inputs
        self.run = run
        self.makeHead = makeHead
        self.makeTail = makeTail
        tail = SegmentTail(run: run, downstreamWait: downstreamWait)
        cellCount = 2 * workers
        cells = OutputCells(count: cellCount)
        state = Guarded(
            State(
                workers: workers, barriers: Array(repeating: 0, count: workers)), scheduler: run.scheduler)
        changed = state.monitor.makeCondition()
    }

    var paces: [PassPace] { [pace, tail.pace] }

    var load: SegmentLoad { inputs.reduce(into: SegmentLoad()) { $0.add($1.load) } }

    func refuse() {
        for input in inputs { input.refuse() }
    }

    func poke() { inputs.first?.poke() }

    /// The body of a worker's thread.
    ///
    /// - Parameter worker: counts the workers from 0; the first builds the stages behind the segment
    func work(_ worker: Int) {
        let input = inputs[worker % inputs.count]
        let waited = Waited()
        let way = Inlet<Output>(
            push: { (batch: inout Batch<Output>) throws(Interruption) in
                let start = self.run.scheduler.now
                defer { waited.nanoseconds += Int(clamping: self.run.scheduler.now.nanoseconds - start.nanoseconds) }
                try self.emit(&batch)
            },
            tick: { _ in .distantFuture }, flush: {}, finish: {})
        let head = run.materialize(name) {
            if worker == 0 { tail.fill(inlet(try makeTail(), of: Output.self)) }
            return try makeHead(way)
        }
        if let head { pass(worker, input, into: inlet(head, of: Input.self), waited) } else { input.refuse() }
        let isLast = state.withLock { state in
            state.workers -= 1
            changed.broadcast()
            if state.workers > 0 || state.hasFinished { return false }
            state.hasFinished = true
            return true
        }
        if isLast {
            deliverDeposits()
            tail.finish()
        }
    }

    private func pass(_ worker: Int, _ input: Channel<Input>, into head: Inlet<Input>, _ waited: Waited) {
        var batch = Batch<Input>(capacity: 0)
        while !isStopped {
            switch input.pop(&batch, max: min(pace.entryLimit, tail.pace.entryLimit)) {
            case .batch(let ticket):
                let count = batch.count
                let start = run.scheduler.now
                let before = waited.nanoseconds
                do throws(Interruption) {
                    try head.push(&batch)
                } catch {
                    // Without an order there is no turn to wait for.
                    run.note(error)
                    if case .failure = error { withRole { self.markStopped() } }
                }
                batch.clear()
                input.finish(count)
                tail.note(elements: count)
                let spent = Int(clamping: run.scheduler.now.nanoseconds - start.nanoseconds)
                pace.note(elements: count, nanoseconds: spent - (waited.nanoseconds - before))
                complete(ticket)
            case .barrier(let ticket):
                pass(barrier: ticket, worker)
            case .timer:
                withRole { self.rearm() }
            case .end:
                return
            }
        }
    }

    /// Flushes the stages behind when everything before the barrier has come out, of all workers or lanes, and nothing
    /// behind it.
    private func pass(barrier ticket: Int, _ worker: Int) {
        if inputs.count == 1 {
            // A worker may have drawn an earlier ticket and not begun with it: what counts is what is through.
            state.waitWithLock { state in
                state.isStopped || state.through == ticket ? .done(()) : .wait(changed)
            }
            withRole { self.flushTail() }
            complete(ticket)
            return inputs[0].release()
        }
        let isLast = state.withLock { state in
            state.barriers[worker] += 1
            guard let reached = state.barriers.min(), reached > state.flushed else { return false }
            state.flushed = reached
            return true
        }
        guard isLast else { return }
        withRole { self.flushTail() }
        for input in inputs { input.release() }
    }

    private func complete(_ ticket: Int) {
        guard inputs.count == 1 else { return }
        state.withLock { state in
            state.throughAhead.insert(ticket)
            while state.throughAhead.remove(state.through) != nil { state.through += 1 }
            changed.broadcast()
        }
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Takes an output: delivers it where nobody else does, else leaves it to whoever does.
    private func emit(_ batch: inout Batch<Output>) throws(Interruption) {
        let step: EmitStep = state.waitWithLock { state in
            if state.isStopped { return .done(.stopped) }
            if !state.isDelivering {
                state.isDelivering = true
                return .done(.deliver)
            }
            if state.tail - state.head < cellCount {
                cells.swap(state.tail % cellCount, &batch)
                state.tail += 1
                return .done(.deposited)
            }
            return .wait(changed)
        }
        switch step {
        case .stopped: throw .stop
        case .deposited: batch.clear()
        case .deliver:
            // What this worker has deposited before goes first: that keeps the order of a lane.
            deliverDeposits()
            deliver(&batch)
            rearm()
            if giveUpRole() { throw .stop }
        }
    }

    private func deliverDeposits() {
        while true {
            let cell: Int? = state.withLock { state in
                state.head < state.tail ? state.head % cellCount : nil
            }
            guard let cell else { return }
            cells.withBatch(cell) { deliver(&$0) }
            state.withLock { state in
                state.head += 1
                changed.broadcast()
            }
        }
    }

    private func deliver(_ batch: inout Batch<Output>) {
        if state.withLock({ $0.isStopped }) {
            batch.clear()
            return
        }
        if !tail.push(&batch) { markStopped() }
    }

    private func flushTail() {
        if !isStopped, !tail.flush() { markStopped() }
    }

    private func rearm() {
        if !tail.tick(arm: { inputs[0].arm($0) }) { markStopped() }
    }

    private func markStopped() {
        state.withLock { $0.isStopped = true }
    }

    /// Runs something with the role, waiting for it.
    private func withRole(_ body: () -> Void) {
        let takesRole = state.waitWithLock { state in
            if state.isDelivering { return state.isStopped ? .done(false) : .wait(changed) }
            state.isDelivering = true
            return .done(true)
        }
        guard takesRole else { return }
        deliverDeposits()
        body()
        _ = giveUpRole()
    }

    private func giveUpRole() -> Bool {
        while true {
            let step: RoleStep = state.withLock { state in
                if state.isStopped {
                    let finishes = !state.hasFinished
                    state.hasFinished = true
                    return .stopped(finishes: finishes)
                }
                if state.head < state.tail { return .more }
                state.isDelivering = false
                changed.broadcast()
                return .leave
            }
            switch step {
            case .leave: return false
            case .more, .tick: deliverDeposits()
            case .stopped(let finishes):
                if finishes {
                    refuse()
                    tail.finish()
                    cells.clear()
                }
                state.withLock { state in
                    state.isDelivering = false
                    changed.broadcast()
                }
                return true
            }
        }
    }
}

/// How long a worker was busy with what comes behind the segment.
private final class Waited {
    var nanoseconds = 0
}
