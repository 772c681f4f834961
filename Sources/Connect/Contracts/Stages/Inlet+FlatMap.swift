/// Takes the outputs of a stage that gives any number of them for one input.
///
/// Belongs to the stage's thread and to the call it is given to; what it throws must be passed on.
public final class Emitter<Element: Sendable> {
    @usableFromInline let next: Inlet<Element>
    @usableFromInline let context: StageContext
    @usableFromInline let slot: BatchSlot<Element>
    @usableFromInline var token: AckToken?
    @usableFromInline var origin = 0
    @usableFromInline var eventTime: Int64 = .min
    /// Why the stages behind want no more; kept, because user code might have swallowed it.
    @usableFromInline var interruption: Interruption?

    @inlinable
    init(_ context: StageContext, before next: Inlet<Element>) {
        self.next = next
        self.context = context
        slot = BatchSlot(capacity: context.outputCapacity)
    }

    /// Gives one output.
    ///
    /// - Throws: where nothing more is wanted; pass it on, so that a long expansion ends
    @inlinable
    public func callAsFunction(_ element: consuming Element) throws(Interruption) {
        if slot.pointer.pointee.isFull { try handOn() }
        let index = slot.pointer.pointee.count
        slot.pointer.pointee.append(element)
        slot.pointer.pointee.storage.originsAllocated()[index] = UInt16(truncatingIfNeeded: origin)
        if eventTime != .min { noteEventTime(index) }
    }

    @usableFromInline
    func noteEventTime(_ index: Int) {
        let missing = index - slot.pointer.pointee.eventTimes.count
        if missing > 0 { slot.pointer.pointee.eventTimes.append(contentsOf: repeatElement(.min, count: missing)) }
        slot.pointer.pointee.eventTimes.append(eventTime)
    }

    /// Gives the full batch to the next stage and goes on with an empty one.
    @usableFromInline
    func handOn() throws(Interruption) {
        if let interruption { throw interruption }
        token?.addHold()
        slot.pointer.pointee.token = token
        context.countSent(slot.pointer.pointee)
        do throws(Interruption) {
            slot.pointer.pointee.hasOrigins = true
            try next.push(&slot.pointer.pointee)
            slot.pointer.pointee.clear()
        } catch {
            slot.pointer.pointee.clear()
            interruption = error
            throw error
        }
        slot.pointer.pointee.ensureCapacity(context.outputCapacity)
        slot.pointer.pointee.hasOrigins = true
    }

    /// Gets ready for the elements of a batch.
    @usableFromInline
    func begin(_ token: AckToken?) {
        self.token = token
        slot.pointer.pointee.ensureCapacity(context.outputCapacity)
        slot.pointer.pointee.hasOrigins = true
    }

    /// Hands on the rest, with the input's own hold on the token.
    @usableFromInline
    func end(endsUnterminated: Bool, _ interruption: Interruption?) throws(Interruption) {
        let output = slot.pointer
        output.pointee.token = token
        token = nil
        // The end of a text goes with what was made of its last element, if anything was.
        let last = output.pointee.count - 1
        output.pointee.endsUnterminated =
            endsUnterminated && last >= 0 && output.pointee.origin(of: last) == origin & 0xFFFF
        context.countSent(output.pointee)
        if self.interruption != nil {
            output.pointee.clear()
            if let interruption { throw interruption }
            return
        }
        try next.pushLast(output, interruption)
    }
}

extension Inlet {
    /// Any number of outputs for each input.
    @inlinable
    static func flatMap<Output>(
        _ context: StageContext, before next: Inlet<Output>,
        _ expand: @escaping (Element, Emitter<Output>) throws -> Void
    ) -> Inlet<Element> {
        let emitter = Emitter(context, before: next)
        return Inlet(before: next) { (input: inout Batch<Element>) throws(Interruption) in
            let count = input.count
            context.countReceived(input, count)
            let token = input.takeToken()
            emitter.begin(token)
            let endsUnterminated = input.endsUnterminated
            input.filled = 0
            var index = 0
            var interruption: Interruption?
            while index < count {
                let element = input.moveElement(at: index)
                emitter.origin = input.origin(of: index)
                if !input.eventTimes.isEmpty { emitter.eventTime = input.eventTimes[index] }
                index += 1
                do {
                    try expand(element, emitter)
                } catch {
                    interruption = emitter.recover(from: error, element, expand)
                }
                // Also where user code swallowed it.
                if let stopped = emitter.interruption { interruption = stopped }
                if interruption != nil { break }
            }
            if emitter.interruption != nil { token?.mark(.stop, at: emitter.origin) }
            input.destroyElements(index..<count)
            input.reset()
            emitter.eventTime = .min
            context.countFinished(count)
            try emitter.end(endsUnterminated: endsUnterminated, interruption)
        }
    }
}

extension Emitter {
    /// What the error policy says of an expansion that threw. Outputs it has already given stay, so a repetition may
    /// give them again.
    @usableFromInline
    func recover<Input>(
        from error: any Error, _ input: Input, _ expand: @escaping (Input, Emitter<Element>) throws -> Void
    ) -> Interruption? {
        if let interruption { return interruption }
        do throws(Interruption) {
            _ = try context.recover(
                from: error, at: input, token: token, origin: origin, attempt: { try expand(input, self) })
            return nil
        } catch {
            return error
        }
    }
}
