/// The way into an ordered segment. While nothing is under way there, and a batch is not worth handing over, the thread
/// before the segment does the work itself, as deliverer.
extension OrderedSegment {
    /// Builds the way in; called on the thread that will use it.
    ///
    /// - Parameters:
    ///   - worksInPlace: whether the work may be done by another thread than the workers'
    ///   - duties: what the thread before has to do beside
    /// - Returns: the inlet for who stands before the segment
    /// - Throws: where the stages cannot be built
    func makeInlet(worksInPlace: Bool, duties: SourceDuties? = nil) throws -> Inlet<Input> {
        let place = worksInPlace ? try WorkInPlace(self) : nil
        let scratch = BatchSlot<Input>()
        return Inlet<Input>(
            push: { (batch: inout Batch<Input>) throws(Interruption) in
                if let place, self.takesRole(for: batch.count, as: place.choose(batch.count)) {
                    try place.pass(&batch)
                } else {
                    try self.input.push(&batch, scratch: scratch)
                }
                batch.clear()
            },
            tick: { duties?.serve(at: $0) ?? .distantFuture },
            flush: { () throws(Interruption) in try self.input.pushBarrier() },
            finish: { self.input.end() })
    }

    /// Takes the deliverer role where a batch is to be worked on in place and nothing is under way. Only the caller
    /// pushes, so what is empty stays so.
    private func takesRole(for count: Int, as place: PlaceChoice.Place) -> Bool {
        guard case .here(let patience) = place else { return false }
        let deadline = patience == 0 ? nil : run.scheduler.now.advanced(by: .nanoseconds(patience))
        return state.waitWithLock { state in
            guard state.workers > 0, !state.isStopped else { return .done(false) }
            if !state.isDelivering, input.nextTicketIfEmpty(for: count) == state.next {
                state.isDelivering = true
                state.isAwaited = false
                return .done(true)
            }
            guard let deadline, run.scheduler.now < deadline else {
                state.isAwaited = false
                return .done(false)
            }
            state.isAwaited = true
            return .wait(isFree, until: deadline)
        }
    }
}

/// The parallel stages of a segment, for the thread before it.
private final class WorkInPlace<Input: Sendable, Output: Sendable> {
    private let segment: OrderedSegment<Input, Output>
    private let head: Inlet<Input>
    private let delivery: Delivery
    // Bytes travel as a column, in one buffer.
    private var choice = PlaceChoice(hasOwners: Input.self != Bytes.self && !_isPOD(Input.self))

    /// How long this thread was busy with what comes behind the segment.
    private final class Delivery {
        var nanoseconds = 0
    }

    init(_ segment: OrderedSegment<Input, Output>) throws {
        self.segment = segment
        let run = segment.run
        let delivery = Delivery()
        self.delivery = delivery
        let way = Inlet<Output>(
            push: { (batch: inout Batch<Output>) throws(Interruption) in
                let start = run.scheduler.now
                segment.deliver(&batch)
                delivery.nanoseconds += Int(clamping: run.scheduler.now.nanoseconds - start.nanoseconds)
                if segment.isStopped { throw .stop }
            },
            tick: { _ in .distantFuture }, flush: {}, finish: {})
        head = inlet(try segment.makeHead(way), of: Input.self)
    }

    /// Decides who is to work on a batch.
    func choose(_ count: Int) -> PlaceChoice.Place {
        guard let simulation = segment.run.scheduler.simulation else {
            return choice.place(of: count, byWorkers: segment.pace.nanoseconds(for: count))
        }
        guard simulation.takesShortcut() else { return .workers }
        return .here(patience: simulation.takesShortcut() ? PlaceChoice.patience : 0)
    }

    /// Works on a batch; called with the role, which is given up.
    func pass(_ batch: inout Batch<Input>) throws(Interruption) {
        let count = batch.count
        let start = segment.run.scheduler.now
        let before = delivery.nanoseconds
        do throws(Interruption) {
            try head.push(&batch)
        } catch {
            segment.run.note(error)
            if case .failure = error { segment.markStopped() }
        }
        let now = segment.run.scheduler.now
        let spent = Int(clamping: now.nanoseconds - start.nanoseconds) - (delivery.nanoseconds - before)
        segment.pace.note(elements: count, nanoseconds: spent)
        choice.note(elements: count, nanoseconds: spent)
        segment.tail.note(elements: count)
        batch.clear()
        segment.rearm()
        if segment.giveUpRole() { throw .stop }
    }
}
