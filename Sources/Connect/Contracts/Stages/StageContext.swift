import Synchronization

/// What an instance of a stage knows of its place and its run.
public final class StageContext {
    @usableFromInline let run: any RunServices
    @usableFromInline let name: String
    @usableFromInline let number: Int
    @usableFromInline let policy: ErrorPolicy
    @usableFromInline let declaredAt: SourceLocation?
    /// How many elements an output batch may have.
    @usableFromInline let outputCapacity: Int
    let counters: StageCounters
    @usableFromInline let measuresBytes: Bool
    let triggers: Triggers
    /// Wakes the thread of the stage's segment, so that it ticks.
    let wake: @Sendable () -> Void

    init(
        run: any RunServices, name: String, number: Int, policy: ErrorPolicy, declaredAt: SourceLocation?,
        outputCapacity: Int, counters: StageCounters, triggers: Triggers, wake: @escaping @Sendable () -> Void
    ) {
        self.run = run
        self.name = name
        self.number = number
        self.policy = policy
        self.declaredAt = declaredAt
        self.outputCapacity = outputCapacity
        self.counters = counters
        measuresBytes = counters.measuresBytes
        self.triggers = triggers
        self.wake = wake
    }

    @usableFromInline
    func countReceived(_ count: Int) {
        counters.received.add(count, ordering: .relaxed)
    }

    /// Counts elements with which the stage is through; what was made of them may be on its way through the next one.
    @usableFromInline
    func countFinished(_ count: Int) {
        counters.finished.add(count, ordering: .relaxed)
    }

    @usableFromInline
    func countSent(_ count: Int) {
        counters.sent.add(count, ordering: .relaxed)
    }

    /// Counts the first elements of a batch that came in; also while they are being taken out of it.
    @inlinable
    func countReceived<Element>(_ batch: borrowing Batch<Element>, _ count: Int) {
        countReceived(count)
        if measuresBytes, Batch<Element>.hasPayload { countBytes(received: batch.eventBytes(count)) }
    }

    /// Counts a batch that goes out.
    @inlinable
    func countSent<Element>(_ batch: borrowing Batch<Element>) {
        countSent(batch.count)
        if measuresBytes, Batch<Element>.hasPayload { countBytes(sent: batch.eventBytes(batch.count)) }
    }

    @usableFromInline
    func countBytes(received: Int = 0, sent: Int = 0) {
        if received > 0 { counters.receivedBytes.add(received, ordering: .relaxed) }
        if sent > 0 { counters.sentBytes.add(sent, ordering: .relaxed) }
    }

    func countError() {
        counters.errors.add(1, ordering: .relaxed)
    }

    /// Counts elements that a filter has let go.
    @usableFromInline
    func countFiltered(_ count: Int) {
        counters.filtered.add(count, ordering: .relaxed)
    }

    /// A failure of this stage at an element; marks it, so that it is not committed.
    @usableFromInline
    func failure(_ cause: any Error, token: AckToken?, origin: Int) -> StageFailure {
        token?.mark(.failed(behind: 0), at: origin)
        counters.errors.add(1, ordering: .relaxed)
        let place = token?.rootPlace(of: origin)
        return StageFailure(
            error: PipelineError(
                code: .stageFailed, stage: name, position: token?.position(at: origin), message: "\(cause)",
                cause: cause, declaredAt: declaredAt),
            sequence: place?.sequence ?? Int.max,
            index: place?.index ?? origin
        )
    }

    /// What is to be done about an element at which user code threw; the slow path of every stage.
    ///
    /// - Parameters:
    ///   - error: what the element made the stage throw
    ///   - input: the element
    ///   - token: that of the batch
    ///   - origin: the element's
    ///   - attempt: tries once more
    /// - Returns: the result of a repetition; nil where the element is left out
    /// - Throws: the failure, or that the run ends meanwhile
    @usableFromInline
    func recover<Input, Output>(
        from error: any Error, at input: Input, token: AckToken?, origin: Int, attempt: (() throws -> Output)?
    ) throws(Interruption) -> Output? {
        if let interruption = error as? Interruption { throw interruption }
        var last = error
        var tries = 1
        var pause = policy.backoff
        var outagePause = OutageError.firstPause
        while true {
            let deadline: MonotonicTime
            if let outage = last as? OutageError {
                guard outage.mayPass, attempt != nil else {
                    throw .failure(failure(outage.cause, token: token, origin: origin))
                }
                deadline = run.scheduler.now.advanced(by: outagePause)
                outagePause = min(outagePause * 2, OutageError.longestPause)
            } else {
                if attempt == nil || tries > policy.attempts { break }
                deadline = run.scheduler.now.advanced(by: pause)
                tries += 1
                pause = min(pause * 2, .seconds(60))
            }
            guard let attempt, run.sleep(until: deadline) else {
                token?.mark(.failed(behind: 0), at: origin)
                throw .stop
            }
            counters.retries.add(1, ordering: .relaxed)
            do {
                return try attempt()
            } catch {
                last = error
            }
        }
        switch policy.outcome {
        case .fail:
            throw .failure(failure(last, token: token, origin: origin))
        case .skip:
            counters.errors.add(1, ordering: .relaxed)
            counters.skipped.add(1, ordering: .relaxed)
            if let token, token.tracksElements { token.note(.invalid, in: origin..<(origin + 1)) }
            return nil
        case .deadLetter:
            counters.errors.add(1, ordering: .relaxed)
            counters.deadLetters.add(1, ordering: .relaxed)
            let letter = DeadLetter(
                pipeline: run.pipeline, stage: name, position: token?.position(at: origin), error: "\(last)",
                errorType: "\(type(of: last))",
                attempts: tries, bytes: originalBytes(of: input), message: input as? KeyValue)
            try run.write(letter, ofStage: number, token: token, origin: origin)
            return nil
        }
    }
}

/// The bytes that an element of a byte-like type consists of.
func originalBytes<Element>(of element: Element) -> Bytes? {
    switch element {
    case let bytes as Bytes: bytes
    case let message as KeyValue: message.value
    case let text as String: Bytes(text)
    case let chunk as StreamChunk: chunk.bytes
    case let record as any ByteRecord: record.originalBytes
    default: nil
    }
}
