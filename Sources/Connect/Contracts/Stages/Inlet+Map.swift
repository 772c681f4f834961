extension Inlet {
    /// One output for each input, or none where the error policy leaves an element out.
    @inlinable
    static func map<Output>(
        _ context: StageContext, before next: Inlet<Output>, _ transform: @escaping (Element) throws -> Output
    ) -> Inlet<Element> {
        let slot = BatchSlot<Output>()
        return Inlet(before: next) { (input: inout Batch<Element>) throws(Interruption) in
            let count = input.count
            let output = slot.pointer
            output.pointee.ensureCapacity(count)
            output.pointee.inheritOrigins(from: input, count: count)
            let token = input.takeToken()
            output.pointee.token = token
            input.filled = 0
            context.countReceived(input, count)
            var index = 0
            var interruption: Interruption?
            while index < count {
                let element = input.moveElement(at: index)
                do {
                    try output.pointee.appendMapped(transform(element), from: input, index)
                } catch {
                    let origin = input.origin(of: index)
                    do throws(Interruption) {
                        let recovered = try context.recover(
                            from: error, at: element, token: token, origin: origin,
                            attempt: { try transform(element) })
                        if let recovered {
                            output.pointee.appendMapped(recovered, from: input, index)
                        } else {
                            output.pointee.leaveIdentity(ofInput: count)
                            if index == count - 1 { output.pointee.endsUnterminated = false }
                        }
                    } catch {
                        interruption = error
                        output.pointee.endsUnterminated = false
                        index += 1
                        break
                    }
                }
                index += 1
            }
            input.destroyElements(index..<count)
            input.reset()
            context.countFinished(count)
            context.countSent(output.pointee)
            try next.pushLast(output, interruption)
        }
    }
}

extension Inlet {
    /// Pushes what a stage has made, and then passes on why it could not make more.
    @inlinable
    func pushLast(
        _ output: UnsafeMutablePointer<Batch<Element>>, _ interruption: Interruption?
    ) throws(Interruption) {
        if output.pointee.count == 0, interruption == nil, !output.pointee.endsUnterminated {
            output.pointee.takeToken()?.release()
            output.pointee.reset()
            return
        }
        do throws(Interruption) {
            try push(&output.pointee)
            output.pointee.clear()
        } catch {
            output.pointee.clear()
            throw error
        }
        if let interruption { throw interruption }
    }
}

extension Batch {
    /// Appends the output of one input, one for one, unless elements before it were left out.
    @inlinable
    mutating func appendMapped<Input>(_ element: consuming Element, from input: borrowing Batch<Input>, _ index: Int) {
        if count == index {
            append(element)
        } else {
            append(element, origin: input.origin(of: index))
        }
    }

    /// From here on outputs and inputs are no longer one for one: an element was left out.
    @usableFromInline
    mutating func leaveIdentity(ofInput inputCount: Int) {
        makeOriginsExplicit()
        if !eventTimes.isEmpty, eventTimes.count == inputCount { eventTimes = [] }
    }
}
