/// One fold of one run: takes elements into a state and emits it when triggered.
@usableFromInline
final class FoldStage<Element: Sendable, State: Sendable> {
    @usableFromInline let context: StageContext
    @usableFromInline let next: Inlet<State>
    // A pointer instead of a stored property: no exclusivity check per element.
    @usableFromInline let state: UnsafeMutablePointer<State>
    @usableFromInline let initial: State
    @usableFromInline let isResetting: Bool
    /// Whether the initial state is emitted at the end where nothing came.
    private let emitsInitial: Bool
    var hasEmitted = false
    @usableFromInline let durability: FoldDurability<State>?
    @usableFromInline let output: BatchSlot<State>
    @usableFromInline var ends: [EmissionToken.End] = []
    /// Elements taken in since the last emission.
    @usableFromInline var pending = 0
    @usableFromInline var pendingBytes = 0
    @usableFromInline var held = HeldTokens()
    @usableFromInline var deadline = MonotonicTime.distantFuture
    /// The next stage has turned an emission away: it wants no more.
    private var isTurnedAway = false
    private let started: MonotonicTime
    var snapshots = SnapshotPace()

    @usableFromInline
    init(
        _ context: StageContext, before next: Inlet<State>, initial: State, isResetting: Bool, emitsInitial: Bool,
        durability: FoldDurability<State>?
    ) {
        self.context = context
        self.next = next
        self.initial = initial
        self.isResetting = isResetting
        self.emitsInitial = emitsInitial
        self.durability = durability
        state = .allocate(capacity: 1)
        state.initialize(to: initial)
        output = BatchSlot(capacity: 0)
        started = context.run.scheduler.now
        restore()
        rollBack()
    }

    deinit {
        state.deinitialize(count: 1)
        state.deallocate()
    }

    @usableFromInline
    func inlet(
        push: @escaping (inout Batch<Element>) throws(Interruption) -> Void
    ) -> Inlet<Element> {
        Inlet(
            push: push,
            tick: { (now: MonotonicTime) throws(Interruption) in try self.tick(now) },
            flush: { () throws(Interruption) in
                // What it holds stays: an emission comes by a trigger only, so that its size is what was declared. A
                // transaction would commit what is held without its emission.
                try self.prepareCommit()
                try self.next.flush()
            },
            finish: { self.finish() })
    }

    /// Adds the state to the output; the elements up to here are covered by it.
    ///
    /// - Parameters:
    ///   - cause: what brought the emission about
    ///   - token: that of the batch at hand
    ///   - start: the first element of the batch that no emission pushed on stands for; moved when emissions are pushed
    ///   - end: behind the element that brought it about
    ///   - following: the first element after it
    /// - Throws: why the emissions could not be pushed on
    @usableFromInline
    func emit(_ cause: TriggerCause, token: AckToken?, start: inout Int, end: Int, following: Int)
        throws(Interruption)
    {
        let batch = output.pointer
        batch.pointee.ensureCapacity(context.outputCapacity)
        batch.pointee.append(state.pointee)
        ends.append(EmissionToken.End(end: end, next: following))
        noteEmission(cause)
        if batch.pointee.isFull { try pushEmissions(token: token, start: &start) }
    }

    func noteEmission(_ cause: TriggerCause) {
        context.counters.count(cause)
        hasEmitted = true
        pending = 0
        pendingBytes = 0
        deadline = .distantFuture
        if isResetting { state.pointee = initial }
    }

    @usableFromInline
    func pushEmissions(token: AckToken?, start: inout Int) throws(Interruption) {
        let batch = output.pointer
        token?.addHold()
        batch.pointee.token = EmissionToken(held: held.take(), current: token, start: start, ends: ends)
        start = ends.last?.next ?? start
        ends.removeAll(keepingCapacity: true)
        context.countSent(batch.pointee)
        do throws(Interruption) {
            try next.push(&batch.pointee)
            batch.pointee.clear()
        } catch {
            isTurnedAway = true
            batch.pointee.clear()
            throw error
        }
    }

    /// Ends a batch that was taken in: the rest of it is held until the next emission.
    @usableFromInline
    func endBatch(_ token: AckToken?, start: Int) throws(Interruption) {
        guard let token else { return }
        if pending > 0 {
            held.append(token, from: start)
            armTimer()
        } else {
            token.release()
        }
    }

    /// The next instant of the grid that the period makes from the start of the run.
    private func armTimer() {
        guard let every = context.triggers.every, deadline == .distantFuture else { return }
        let period = max(1, every.wholeNanoseconds)
        let now = context.run.scheduler.now.nanoseconds
        let passed = (now - started.nanoseconds) / period
        deadline = started.advanced(by: .nanoseconds(Int64(clamping: (passed + 1).multipliedSaturating(by: period))))
    }

    private func tick(_ now: MonotonicTime) throws(Interruption) -> MonotonicTime {
        if now >= deadline {
            deadline = .distantFuture
            if pending > 0 { try emitAlone(.every) }
        }
        return min(deadline, try next.tick(now))
    }

    /// Emits between two batches: the emission stands for what is held.
    func emitAlone(_ cause: TriggerCause) throws(Interruption) {
        let batch = output.pointer
        batch.pointee.ensureCapacity(1)
        batch.pointee.append(state.pointee)
        noteEmission(cause)
        batch.pointee.token = EmissionToken(held: held.take(), current: nil, start: 0, ends: [])
        context.countSent(batch.pointee)
        do throws(Interruption) {
            try next.push(&batch.pointee)
            batch.pointee.clear()
        } catch {
            isTurnedAway = true
            batch.pointee.clear()
            throw error
        }
    }

    private func finish() {
        // What follows an emission that failed must not come out in its place.
        // Of a run that failed before anything came the initial state would be no result.
        let isFirst = emitsInitial && !hasEmitted && !context.run.hasFailed
        // What a suspended run holds comes again: its elements are not done.
        if pending > 0 || isFirst, !isTurnedAway, !context.run.isSuspended {
            do throws(Interruption) {
                try emitAlone(.end)
            } catch {
                if case .failure(let failure) = error { context.run.report(failure) }
            }
        }
        storeFinalState()
        held.mark(.stop)
        held.release()
        next.finish()
    }
}

extension UInt64 {
    func multipliedSaturating(by other: UInt64) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

extension Inlet {
    /// Takes elements into a state; emits it when triggered.
    @inlinable
    static func fold<State>(
        _ context: StageContext, before next: Inlet<State>, initial: State, isResetting: Bool, emitsInitial: Bool,
        durability: FoldDurability<State>?, _ update: @escaping (inout State, Element) throws -> Void
    ) -> Inlet<Element> {
        let stage = FoldStage<Element, State>(
            context, before: next, initial: initial, isResetting: isResetting, emitsInitial: emitsInitial,
            durability: durability)
        let each = context.eachTrigger
        let bytes = context.bytesTrigger
        return stage.inlet { (input: inout Batch<Element>) throws(Interruption) in
            let count = input.count
            let token = input.takeToken()
            input.filled = 0
            context.countReceived(input, count)
            if count > 0 { try stage.beginBatch(token, last: input.origin(of: count - 1)) }
            var start = count > 0 ? input.origin(of: 0) : 0
            var pending = stage.pending
            var index = 0
            do {
                while index < count {
                    let element = input.moveElement(at: index)
                    index += 1
                    if bytes != .max { stage.pendingBytes += byteSize(of: element) }
                    do {
                        try update(&stage.state.pointee, element)
                    } catch {
                        let origin = input.origin(of: index - 1)
                        let retried: Void? = try context.recover(
                            from: error, at: element, token: token, origin: origin,
                            attempt: { try update(&stage.state.pointee, element) })
                        if retried == nil {
                            if pending == 0 { start = index < count ? input.origin(of: index) : Int.max }
                            continue
                        }
                    }
                    pending += 1
                    if pending >= each || stage.pendingBytes >= bytes {
                        let cause: TriggerCause = pending >= each ? .each : .bytes
                        // Before the emission: where it is turned away the state must not be emitted again.
                        pending = 0
                        try stage.emit(
                            cause, token: token, start: &start, end: input.origin(of: index - 1) + 1,
                            following: index < count ? input.origin(of: index) : Int.max)
                    }
                }
                stage.pending = pending
                context.countFinished(count)
                if stage.output.pointer.pointee.count > 0 { try stage.pushEmissions(token: token, start: &start) }
            } catch {
                stage.pending = pending
                let interruption = (error as? Interruption) ?? .stop
                if index < count { token?.mark(.stop, at: input.origin(of: index)) }
                input.destroyElements(index..<count)
                input.reset()
                try stage.interrupt(interruption, token: token, start: start)
            }
            input.reset()
            try stage.endBatch(token, start: start)
        }
    }
}

extension FoldStage {
    /// A batch that could not be taken in whole: what was is still emitted, now or when the chain is finished.
    @usableFromInline
    func interrupt(_ interruption: Interruption, token: AckToken?, start: Int) throws(Interruption) {
        var start = start
        var reason = interruption
        if output.pointer.pointee.count > 0 {
            do throws(Interruption) {
                try pushEmissions(token: token, start: &start)
            } catch {
                if case .stop = interruption { reason = error }
            }
        }
        if let token {
            if pending > 0 { held.append(token, from: start) } else { token.release() }
        }
        throw reason
    }
}

extension StageContext {
    @usableFromInline var eachTrigger: Int { triggers.each ?? .max }
    @usableFromInline var bytesTrigger: Int { triggers.bytes ?? .max }
}

/// How many bytes an element of a byte-like type has; 0 for others.
@inlinable
func byteSize<Element>(of element: Element) -> Int {
    if Element.self == Bytes.self { return unsafeBitCast(element, to: Bytes.self).count }
    if Element.self == String.self { return unsafeBitCast(element, to: String.self).utf8.count }
    if Element.self == StreamChunk.self { return unsafeBitCast(element, to: StreamChunk.self).bytes.count }
    if Element.self == KeyValue.self {
        return unsafeBitCast(element, to: KeyValue.self).byteCount
    }
    return 0
}
