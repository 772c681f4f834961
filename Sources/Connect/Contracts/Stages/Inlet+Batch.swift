/// The output of a stage that works on whole batches.
public struct BatchOutput<Element: Sendable>: ~Copyable {
    @usableFromInline let emitter: Emitter<Element>
    @usableFromInline let origins: ElementOrigins

    init(emitter: Emitter<Element>, origins: ElementOrigins) {
        self.emitter = emitter
        self.origins = origins
    }

    /// Gives an output.
    ///
    /// - Parameters:
    ///   - element: the output
    ///   - index: the input element that it was made of, within the batch; must not go back from one call to the next
    /// - Throws: where nothing more is wanted; pass it on
    public func append(_ element: consuming Element, from index: Int) throws(Interruption) {
        precondition(index >= 0 && index < origins.count, "an output must name an element of its input batch")
        emitter.origin = origins.explicit.isEmpty ? origins.base + index : Int(origins.explicit[index])
        try emitter(element)
    }
}

extension Inlet {
    /// Gives whole batches to a closure, which says for each output which input it was made of.
    static func mapBatch<Output>(
        _ context: StageContext, before next: Inlet<Output>,
        _ transform: @escaping (borrowing Batch<Element>, inout BatchOutput<Output>) throws -> Void
    ) -> Inlet<Element> {
        let emitter = Emitter(context, before: next)
        return Inlet(before: next) { (input: inout Batch<Element>) throws(Interruption) in
            let count = input.count
            context.countReceived(input, count)
            let token = input.takeToken()
            emitter.begin(token)
            var output = BatchOutput(emitter: emitter, origins: ElementOrigins(of: input))
            emitter.origin = count > 0 ? input.origin(of: 0) : 0
            var interruption: Interruption?
            do {
                try transform(input, &output)
            } catch {
                interruption = emitter.interruption ?? context.interruptBatch(error, token, emitter.origin)
            }
            if let stopped = emitter.interruption {
                interruption = stopped
                token?.mark(.stop, at: emitter.origin)
            }
            let endsUnterminated = input.endsUnterminated
            input.clear()
            context.countFinished(count)
            try emitter.end(endsUnterminated: endsUnterminated, interruption)
        }
    }
}

extension StageContext {
    /// A batch cannot be tried again in part, so its policy is always to fail.
    func interruptBatch(_ error: any Error, _ token: AckToken?, _ origin: Int) -> Interruption {
        (error as? Interruption) ?? .failure(failure(error, token: token, origin: origin))
    }
}
