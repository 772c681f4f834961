/// A sink of one run that writes in transactions: it commits what it has written together with the source's positions,
/// when a barrier of the source comes to it and at the end.
final class TransactionalSinkStage<Writer: SinkWriter> {
    private let context: StageContext
    private let window: Int
    private let transactions: any SinkTransactions
    private var writer: Writer
    private let scratch = BatchSlot<Writer.Input>()
    /// What was written since the last transaction.
    private var held = HeldTokens()
    private var unflushed = 0
    private var hasWritten = false
    /// The sink has failed, or its transaction was aborted: it is of no use any more.
    private var hasFailed = false

    /// The stage of a writer that is opened already.
    init(
        _ context: StageContext, writer: Writer, descriptor: SinkDescriptor, transactions: any SinkTransactions
    ) {
        self.context = context
        self.writer = writer
        self.transactions = transactions
        window = descriptor.window ?? .max
    }

    var inlet: Inlet<Writer.Input> {
        Inlet(
            push: { (batch: inout Batch<Writer.Input>) throws(Interruption) in try self.push(&batch) },
            tick: { (now: MonotonicTime) throws(Interruption) in try self.tick(now) },
            flush: { () throws(Interruption) in try self.passBarrier() },
            finish: { self.finish() })
    }

    private func push(_ batch: inout Batch<Writer.Input>) throws(Interruption) {
        context.countReceived(batch, batch.count)
        if hasFailed { throw .stop }
        if batch.count == 0 {
            batch.clear()
        } else if window - unflushed >= batch.count {
            try write(&batch)
        } else {
            try batch.consumeSlices(using: &scratch.pointer.pointee) { () throws(Interruption) in
                self.window - self.unflushed
            } _: { (slice: inout Batch<Writer.Input>) throws(Interruption) in
                try self.write(&slice)
            }
        }
    }

    private func write(_ batch: inout Batch<Writer.Input>) throws(Interruption) {
        let count = batch.count
        let bytes = context.measuresBytes && Batch<Writer.Input>.hasPayload ? batch.eventBytes(count) : 0
        hasWritten = true
        do {
            try writer.write(batch, SinkAcknowledgement(token: nil, origins: ElementOrigins()))
        } catch {
            let first = batch.origin(of: 0)
            let place = batch.token?.rootPlace(of: first)
            let position = (error as? ConnectorError)?.position ?? batch.token?.position(at: first)
            // Before the batch counts as dropped: whoever waits for it must find the transaction aborted.
            let interruption = fail(error, sequence: place?.sequence, position)
            batch.token?.mark(.hard, at: first)
            batch.clear()
            throw interruption
        }
        let first = batch.origin(of: 0)
        if let token = batch.takeToken() { held.append(token, from: first) }
        batch.clear()
        unflushed += count
        context.countSent(count)
        context.countBytes(sent: bytes)
        guard unflushed >= window else { return }
        do {
            try writer.flush()
        } catch {
            throw fail(error)
        }
        context.counters.count(.pressure)
        unflushed = 0
    }

    private func tick(_ now: MonotonicTime) throws(Interruption) -> MonotonicTime {
        if hasFailed { return .distantFuture }
        do {
            return try writer.service(now: now) ?? .distantFuture
        } catch {
            throw fail(error)
        }
    }

    private func passBarrier() throws(Interruption) {
        if hasFailed { throw .stop }
        let positions = try asking { () throws(Interruption) in try transactions.arrive() }
        if let positions { try commit(positions, .every) }
    }

    /// Asks the run; where that is to end, nothing more is committed.
    private func asking(_ body: () throws(Interruption) -> [Position]?) throws(Interruption) -> [Position]? {
        do throws(Interruption) {
            return try body()
        } catch {
            hasFailed = true
            held.mark(.hard)
            throw error
        }
    }

    private func commit(_ positions: [Position], _ cause: TriggerCause) throws(Interruption) {
        do {
            try writer.flush()
            try writer.store(positions)
        } catch {
            throw fail(error)
        }
        context.counters.count(cause)
        unflushed = 0
        hasWritten = false
        // Before what was written counts as done: whoever waits for it must find it committed.
        transactions.didCommit(positions)
        held.release()
    }

    /// An aborted transaction ends the stages without being an error: the run goes back.
    private func fail(_ error: any Error, sequence: Int? = nil, _ position: Position? = nil) -> Interruption {
        hasFailed = true
        defer { held.mark(.hard) }
        if let aborted = error as? TransactionAborted {
            transactions.abort(aborted)
            return .stop
        }
        context.countError()
        return .failure(
            StageFailure(
                error: PipelineError(
                    code: .sinkFailed, stage: context.name, position: position, message: "\(error)", cause: error,
                    declaredAt: context.declaredAt),
                sequence: sequence ?? held.sequence ?? Int.max, index: 0))
    }

    private func finish() {
        transactions.close()
        var isCommitted = false
        do throws(Interruption) {
            isCommitted = try commitRest()
        } catch {
            if case .failure(let failure) = error { context.run.report(failure) }
        }
        held.mark(.hard)
        held.release()
        do {
            try writer.close(succeeded: isCommitted)
        } catch {
            if case .failure(let failure) = fail(error), isCommitted { context.run.report(failure) }
        }
    }

    /// - Returns: whether nothing is left that is not committed
    private func commitRest() throws(Interruption) -> Bool {
        if hasFailed { return false }
        let rest = try asking { () throws(Interruption) in
            try transactions.end(hasWritten: hasWritten) { self.held.release() }
        }
        guard let rest else { return !hasWritten }
        try commit(rest, .end)
        return true
    }
}
