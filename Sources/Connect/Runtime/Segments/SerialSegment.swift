import Synchronization

/// Stages that one thread runs, behind a channel.
final class SerialSegment<Element: Sendable>: Segment {
    let name: String
    let pace = PassPace()
    let input: Channel<Element>
    private let run: RunState
    private let makeHead: TailFactory
    /// How long the pushes of this segment into the next have waited.
    private let downstreamWait: @Sendable () -> Int

    /// A segment whose chain is built by a closure, which gives the inlet of its first stage.
    init(
        name: String, input: Channel<Element>, run: RunState, downstreamWait: @escaping @Sendable () -> Int,
        makeHead: @escaping TailFactory
    ) {
        self.name = name
        self.input = input
        self.run = run
        self.downstreamWait = downstreamWait
        self.makeHead = makeHead
    }

    var paces: [PassPace] { [pace] }

    var load: SegmentLoad { input.load }

    func refuse() { input.refuse() }

    func poke() { input.poke() }

    /// The body of the segment's thread.
    func work() {
        guard let head = run.materialize(name, makeHead) else {
            input.refuse()
            return
        }
        let chain = inlet(head, of: Element.self)
        do throws(Interruption) {
            try pass(into: chain)
        } catch {
            run.note(error)
        }
        input.refuse()
        chain.finish()
    }

    private func pass(into chain: Inlet<Element>) throws(Interruption) {
        var batch = Batch<Element>(capacity: 0)
        var meter = PassMeter(pace: pace, scheduler: run.scheduler, waited: downstreamWait)
        try input.arm(chain.tick(run.scheduler.now))
        while true {
            switch input.pop(&batch, max: pace.entryLimit) {
            case .batch:
                let count = batch.count
                meter.begin()
                do throws(Interruption) {
                    try chain.push(&batch)
                } catch {
                    batch.clear()
                    input.finish(count)
                    throw error
                }
                batch.clear()
                input.finish(count)
                let now = meter.end(count)
                try input.arm(chain.tick(now))
            case .barrier:
                try chain.flush()
            case .timer:
                try input.arm(chain.tick(run.scheduler.now))
            case .end:
                return
            }
        }
    }
}

/// Measures passes, without the time in which the next segment had no room.
struct PassMeter {
    private let pace: PassPace
    private let scheduler: any Scheduler
    private let waited: @Sendable () -> Int
    private var start = MonotonicTime(nanoseconds: 0)
    private var waitedBefore = 0

    init(pace: PassPace, scheduler: any Scheduler, waited: @escaping @Sendable () -> Int) {
        self.pace = pace
        self.scheduler = scheduler
        self.waited = waited
    }

    /// - Returns: now
    @discardableResult
    mutating func begin() -> MonotonicTime {
        start = scheduler.now
        waitedBefore = waited()
        return start
    }

    /// - Returns: now
    func end(_ elements: Int) -> MonotonicTime {
        let now = scheduler.now
        let nanoseconds = Int(clamping: now.nanoseconds - start.nanoseconds) - (waited() - waitedBefore)
        pace.note(elements: elements, nanoseconds: nanoseconds)
        return now
    }
}
