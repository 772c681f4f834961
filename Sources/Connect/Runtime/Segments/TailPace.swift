import Synchronization

/// How long the stages behind a parallel segment are busy for each element that enters it.
///
/// They run in the deliverer's turn, so their time is not that of the workers, but it bounds what may be under way all
/// the same.
final class TailPace: Sendable {
    let pace = PassPace()
    private let scheduler: any Scheduler
    /// How long the pushes into the next segment have waited, which is that segment's time.
    private let downstreamWait: @Sendable () -> Int
    private let spent = Atomic<Int>(0)

    init(scheduler: any Scheduler, downstreamWait: @escaping @Sendable () -> Int) {
        self.scheduler = scheduler
        self.downstreamWait = downstreamWait
    }

    /// Measures a push into the stages behind; called by the deliverer.
    func measure(_ push: () throws(Interruption) -> Void) throws(Interruption) {
        let start = scheduler.now
        let waitedBefore = downstreamWait()
        defer {
            let waited = downstreamWait() - waitedBefore
            spent.add(Int(clamping: scheduler.now.nanoseconds - start.nanoseconds) - waited, ordering: .relaxed)
        }
        try push()
    }

    /// Puts what was measured down to a number of elements that have entered the segment and are through.
    func note(elements: Int) {
        pace.note(elements: elements, nanoseconds: spent.exchange(0, ordering: .relaxed))
    }
}
