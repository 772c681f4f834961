/// One sink of one run: writes batches, flushes when triggered and ends what is confirmed.
final class SinkStage<Writer: SinkWriter> {
    private let context: StageContext
    private let descriptor: SinkDescriptor
    private var writer: Writer
    private let scratch = BatchSlot<Writer.Input>()
    private var held = HeldTokens()
    private var unflushed = 0
    private var unflushedBytes = 0
    private var deadline = MonotonicTime.distantFuture
    private var serviceDeadline = MonotonicTime(nanoseconds: 0)
    private var hasFailed = false
    private let positions: (any SinkPositions)?

    /// The stage of a writer that is opened already; positions are for a sink that keeps them beside its output.
    init(_ context: StageContext, writer: Writer, descriptor: SinkDescriptor, positions: (any SinkPositions)?) {
        self.context = context
        self.writer = writer
        self.descriptor = descriptor
        self.positions = positions
    }

    var inlet: Inlet<Writer.Input> {
        Inlet(
            push: { (batch: inout Batch<Writer.Input>) throws(Interruption) in try self.push(&batch) },
            tick: { (now: MonotonicTime) throws(Interruption) in try self.tick(now) },
            flush: { () throws(Interruption) in if self.unflushed > 0 { try self.flush(.pressure) } },
            finish: { self.finish() })
    }

    private func push(_ batch: inout Batch<Writer.Input>) throws(Interruption) {
        context.countReceived(batch, batch.count)
        if hasFailed { throw .stop }
        if batch.count == 0 {
            batch.clear()
            return
        }
        let each = min(context.triggers.each ?? .max, descriptor.window ?? .max)
        if each - unflushed >= batch.count {
            try write(&batch)
        } else {
            try batch.consumeSlices(using: &scratch.pointer.pointee) { () throws(Interruption) in
                each - self.unflushed
            } _: { (slice: inout Batch<Writer.Input>) throws(Interruption) in
                try self.write(&slice)
            }
        }
        if unflushed > 0, deadline == .distantFuture, let every = context.triggers.every {
            deadline = context.run.scheduler.now.advanced(by: every)
        }
    }

    private func write(_ batch: inout Batch<Writer.Input>) throws(Interruption) {
        if let positions, let sequence = batch.token?.sequence, positions.isBoundary(before: sequence) {
            writer.markBoundary()
        }
        let count = batch.count
        let bytes = context.measuresBytes && Batch<Writer.Input>.hasPayload ? batch.eventBytes(count) : 0
        if context.triggers.bytes != nil {
            for index in 0..<count { unflushedBytes += byteSize(of: batch.element(at: index)) }
        }
        do {
            if descriptor.confirmation == .acknowledgement {
                let origins = ElementOrigins(of: batch)
                try writer.write(batch, SinkAcknowledgement(token: batch.takeToken(), origins: origins))
            } else {
                try writer.write(batch, SinkAcknowledgement(token: nil, origins: ElementOrigins()))
            }
        } catch {
            throw fail(error, &batch)
        }
        switch descriptor.confirmation {
        case .write: batch.acknowledge()
        case .flush, .close: hold(&batch)
        case .acknowledgement: break
        }
        batch.clear()
        unflushed += count
        context.countSent(count)
        context.countBytes(sent: bytes)
        if unflushed >= context.triggers.each ?? .max {
            try flush(.each)
        } else if unflushedBytes >= context.triggers.bytes ?? .max {
            try flush(.bytes)
        } else if unflushed >= descriptor.window ?? .max {
            try flush(.pressure)
        }
    }

    private func hold(_ batch: inout Batch<Writer.Input>) {
        guard let token = batch.takeToken() else { return }
        if token.tracksElements {
            // Noted before they are confirmed, but seen by the source only when the token ends.
            batch.noteAll(.done, token)
        }
        held.append(token, from: batch.origin(of: 0))
    }

    private func flush(_ cause: TriggerCause) throws(Interruption) {
        do {
            if let positions, positions.marksFlushes { writer.markBoundary() }
            try writer.flush()
            if let positions, let reached = positions.atBoundary() { try writer.store(reached) }
        } catch {
            throw fail(error)
        }
        context.counters.count(cause)
        unflushed = 0
        unflushedBytes = 0
        deadline = .distantFuture
        if descriptor.confirmation != .close { held.release() }
    }

    private func tick(_ now: MonotonicTime) throws(Interruption) -> MonotonicTime {
        if hasFailed { return .distantFuture }
        if now >= deadline {
            deadline = .distantFuture
            if unflushed > 0 { try flush(.every) }
        }
        do {
            serviceDeadline = try writer.service(now: now) ?? .distantFuture
        } catch {
            throw fail(error)
        }
        return min(deadline, serviceDeadline)
    }

    /// The sink is of no use any more: nothing that it holds is done.
    private func fail(_ error: any Error) -> Interruption {
        hasFailed = true
        context.countError()
        held.mark(.hard)
        return .failure(
            StageFailure(
                error: PipelineError(
                    code: .sinkFailed, stage: context.name, position: (error as? ConnectorError)?.position,
                    message: "\(error)", cause: error, declaredAt: context.declaredAt),
                sequence: held.sequence ?? Int.max, index: 0))
    }

    private func fail(_ error: any Error, _ batch: inout Batch<Writer.Input>) -> Interruption {
        let first = batch.origin(of: 0)
        batch.token?.mark(.hard, at: first)
        let sequence = batch.token?.sequence
        let position = batch.token?.position(at: first)
        batch.clear()
        guard case .failure(let failure) = fail(error) else { return .stop }
        var described = failure.error
        described.position = described.position ?? position
        return .failure(StageFailure(error: described, sequence: sequence ?? Int.max, index: first))
    }

    private func finish() {
        do throws(Interruption) {
            if !hasFailed, unflushed > 0 { try flush(.end) }
            if !hasFailed { try settle() }
        } catch {
            if case .failure(let failure) = error { context.run.report(failure) }
        }
        // What only closing confirms is held until then; all else that is still held was not confirmed.
        let confirmsByClosing = descriptor.confirmation == .close && !hasFailed
        if !confirmsByClosing { releaseUndone() }
        do {
            try writer.close(succeeded: !hasFailed)
            if confirmsByClosing { held.release() }
        } catch {
            if case .failure(let failure) = fail(error), !isClosedAlready(error) { context.run.report(failure) }
            releaseUndone()
        }
    }

    private func releaseUndone() {
        held.mark(.hard)
        held.release()
    }

    /// Stores the final positions of a sink that keeps them.
    private func settle() throws(Interruption) {
        guard let positions, let final = positions.final() else { return }
        writer.markBoundary()
        do {
            try writer.flush()
            try writer.store(final)
        } catch {
            throw fail(error)
        }
    }

    private func isClosedAlready(_ error: any Error) -> Bool {
        (error as? ConnectorError)?.code == .brokenPipe
    }
}

/// Tells a sink that keeps positions where the source stands.
protocol SinkPositions: AnyObject {
    /// Whether everything written is to be stored with each flush, since no batch is a boundary.
    var marksFlushes: Bool { get }
    /// Whether a batch is the first of a later batch of the source, so that all before it has been written whole.
    func isBoundary(before sequence: Int) -> Bool
    /// The positions at the last boundary; nil where there was none.
    func atBoundary() -> [Position]?
    /// The positions at the end; nil where the run failed or was aborted, so that the last boundary counts.
    func final() -> [Position]?
}
