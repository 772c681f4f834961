/// The stages behind a segment of several workers, as the holder of the deliverer role uses them.
///
/// What goes wrong in them is noted for the run here; that the segment must stop then is told to the caller, who has
/// the lock.
final class SegmentTail<Element: Sendable>: Sendable {
    private let timing: TailPace
    private let slot = DelivererSlot<Element>()
    private let run: RunState

    init(run: RunState, downstreamWait: @escaping @Sendable () -> Int) {
        self.run = run
        timing = TailPace(scheduler: run.scheduler, downstreamWait: downstreamWait)
    }

    /// How long the stages are busy for each element that enters the segment.
    var pace: PassPace { timing.pace }

    /// Puts what the stages were busy down to a number of elements that have entered the segment and are through.
    func note(elements: Int) { timing.note(elements: elements) }

    /// Puts the stages in; called once, before anybody delivers.
    func fill(_ chain: Inlet<Element>) { slot.fill(chain) }

    /// Ends the stages; the caller holds the role, or is the last worker.
    func finish() { slot.finish() }

    /// Passes an output on; afterwards the batch is empty.
    ///
    /// - Returns: whether more is wanted
    func push(_ batch: inout Batch<Element>) -> Bool {
        let goesOn = attempt { (chain) throws(Interruption) in
            try timing.measure { () throws(Interruption) in try chain.push(&batch) }
        }
        batch.clear()
        return goesOn
    }

    /// Sends on what the stages hold back.
    ///
    /// - Returns: whether more is wanted
    func flush() -> Bool {
        attempt { (chain) throws(Interruption) in try chain.flush() }
    }

    /// Does what is due in the stages, and sets when the next is.
    ///
    /// - Parameter arm: told when the next timer is due, where that has changed
    /// - Returns: whether more is wanted
    func tick(arm: (MonotonicTime) -> Void) -> Bool {
        attempt { (chain) throws(Interruption) in
            let deadline = try chain.tick(run.scheduler.now)
            if deadline == .distantFuture, slot.armed == .distantFuture { return }
            slot.armed = deadline
            arm(deadline)
        }
    }

    private func attempt(_ body: (Inlet<Element>) throws(Interruption) -> Void) -> Bool {
        do throws(Interruption) {
            try slot.withRole(body)
            return true
        } catch {
            run.note(error)
            return false
        }
    }
}
