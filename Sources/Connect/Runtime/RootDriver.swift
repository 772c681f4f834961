import Logging
import Synchronization

/// Reads the source on its own thread and pushes what it brings into the first segment's chain.
final class RootDriver<Element: Sendable>: Sendable {
    let name: String
    let tracker: PositionTracker
    let interrupt: Interrupt
    private let run: RunState
    private let settings: RootSettings
    private let makeReader: @Sendable () throws -> AnyObject
    private let makeHead: ChainFactory
    private let makeTail: TailFactory
    private let counters: StageCounters
    private let budget: ByteBudget?
    /// Serves the source's client while elements wait; nil where it needs nothing.
    private let duties: SourceDuties?
    /// The paces of all segments, of which the slowest sets how much is read at a time.
    private let paces: [PassPace]
    /// That of the stages that run on the source's thread.
    let pace = PassPace()
    /// How long the pushes into the next segment have waited.
    private let downstreamWait: @Sendable () -> Int

    init(
        name: String, settings: RootSettings, run: RunState, tracker: PositionTracker, interrupt: Interrupt,
        counters: StageCounters, budget: ByteBudget?, duties: SourceDuties?, paces: [PassPace],
        downstreamWait: @escaping @Sendable () -> Int,
        makeReader: @escaping @Sendable () throws -> AnyObject, makeHead: @escaping ChainFactory,
        makeTail: @escaping TailFactory
    ) {
        self.name = name
        self.settings = settings
        self.run = run
        self.tracker = tracker
        self.interrupt = interrupt
        self.counters = counters
        self.budget = budget
        self.duties = duties
        self.paces = paces + [pace]
        self.downstreamWait = downstreamWait
        self.makeReader = makeReader
        self.makeHead = makeHead
        self.makeTail = makeTail
    }

    /// The body of the source's thread.
    ///
    /// - Returns: closes the source, when everything that will be committed has been
    func work() -> (() -> Void)? {
        guard let head = run.materialize(name, { try makeHead(try makeTail()) }) else { return nil }
        let chain = inlet(head, of: Element.self)
        guard run.waitForStart(), let reader = openReader() else {
            chain.finish()
            return nil
        }
        settings.onOpen(reader.makeCommitter())
        run.noteReading()
        do throws(Interruption) {
            try read(reader, into: chain)
        } catch {
            run.note(error)
        }
        chain.finish()
        return {
            self.serveUntilSettled(reader)
            reader.close()
        }
    }

    /// Serves the source's client while what was read goes to its end: a group that changes its shares meanwhile would
    /// wait for this member, and take away what it has not given up in time.
    private func serveUntilSettled(_ reader: RootReader<Element>) {
        guard duties != nil else {
            _ = run.waitUntilSettled()
            return
        }
        tracker.setHooks(
            PositionTracker.RevocationHooks(
                flush: { [tracker] in !tracker.hasCeiling }, commit: settings.commitNow, forget: settings.forget))
        defer { tracker.setHooks(nil) }
        var due = run.scheduler.now
        while !run.waitUntilSettled(until: due) {
            due = reader.service(run.scheduler.now) ?? .distantFuture
        }
    }

    private func openReader() -> RootReader<Element>? {
        do {
            let positions = try settings.positions(run.restoredBySinks)
            let reader = unsafeDowncast(try makeReader(), to: RootReader<Element>.self)
            try reader.open(
                SourceContext(
                    pipeline: run.pipeline, stage: name, positions: positions, scheduler: run.scheduler,
                    interrupt: interrupt, logger: settings.logger, partitions: tracker,
                    progress: run.progress, metrics: settings.metrics, memory: settings.memory, exchange: run.exchange,
                    positionsAreCommittedBySink: settings.positionsAreCommittedBySink))
            return reader
        } catch {
            counters.errors.add(1, ordering: .relaxed)
            run.report(StageFailure(error: describe(error), sequence: 0, index: 0))
            return nil
        }
    }

    private func describe(_ error: any Error) -> PipelineError {
        (error as? PipelineError)
            ?? PipelineError(
                code: .sourceFailed, stage: name, message: "\(error)", cause: error, declaredAt: settings.declaredAt)
    }

    private func read(_ reader: RootReader<Element>, into chain: Inlet<Element>) throws(Interruption) {
        let flushing = FlushRequest(chain, run, duties)
        tracker.setHooks(
            PositionTracker.RevocationHooks(
                flush: { flushing.flush() }, commit: settings.commitNow, forget: settings.forget, leave: leave))
        duties?.begin(reader.service)
        defer {
            tracker.setHooks(nil)
            duties?.end()
        }
        // Room as it is needed: chunks of files come one at a time, and a batch for thousands would be memory for nothing.
        var room = min(settings.batchCapacity, 64)
        var batch = SourceBatch<Element>(capacity: room)
        var size = PollSize(most: settings.batchCapacity, paces: paces)
        var meter = PassMeter(pace: pace, scheduler: run.scheduler, waited: downstreamWait)
        var deadline = try chain.tick(run.scheduler.now)
        while !interrupt.isRaised {
            if let transactions = run.transactions {
                deadline = min(deadline, try flushing.passBarrier(of: transactions))
            }
            if let budget, !budget.waitForRoom(until: min(deadline, run.scheduler.now.advanced(by: .milliseconds(100))))
            {
                deadline = try chain.tick(run.scheduler.now)
                continue
            }
            batch.limit = min(size.size, room)
            let state: SourcePoll
            do {
                state = try poll(reader, &batch, deadline)
            } catch {
                if let transactions = run.transactions, let aborted = error as? TransactionAborted {
                    transactions.abort(aborted)
                    throw .stop
                }
                try push(&batch, into: chain, at: run.scheduler.now, room: room)
                counters.errors.add(1, ordering: .relaxed)
                throw .failure(StageFailure(error: describe(error), sequence: Int.max - 1, index: 0))
            }
            let count = batch.count
            if count == room { room = min(settings.batchCapacity, 2 * room) }
            try push(&batch, into: chain, at: meter.begin(), room: room)
            try flushing.result()
            deadline = try chain.tick(meter.end(count))
            if state == .ended { return }
            size.adapt(toRead: count)
        }
    }

    private func poll(
        _ reader: RootReader<Element>, _ batch: inout SourceBatch<Element>, _ deadline: MonotonicTime
    ) throws -> SourcePoll {
        guard let duties else { return try reader.poll(&batch, deadline) }
        return try duties.whileReading { try reader.poll(&batch, deadline) }
    }

    /// What a partition is given up with is in the open transaction: then that one cannot be committed.
    private var leave: (@Sendable (String, Bool) -> Bool)? {
        guard let transactions = run.transactions else { return nil }
        return { name, isDrained in
            if !isDrained {
                transactions.abort(
                    TransactionAborted(reason: "partition \(name) was given up with elements of it under way"))
            }
            return isDrained && transactions.aborted == nil
        }
    }

    private func push(
        _ batch: inout SourceBatch<Element>, into chain: Inlet<Element>, at now: MonotonicTime, room: Int
    ) throws(Interruption) {
        if batch.isEmpty { return }
        counters.countRead(batch.batch, at: now)
        if settings.acknowledges {
            batch.batch.token = tracker.register(batch.runs, count: batch.count, at: now)
        }
        batch.runs.removeAll(keepingCapacity: true)
        if batch.batch.isEmpty {
            batch.batch.takeToken()?.release()
            return
        }
        do throws(Interruption) {
            if let duties {
                try duties.whilePushing { () throws(Interruption) in try chain.push(&batch.batch) }
            } else {
                try chain.push(&batch.batch)
            }
            batch.reset()
            batch.batch.ensureCapacity(room)
        } catch {
            batch.reset()
            throw error
        }
    }
}

/// What a root must know beside its reader.
struct RootSettings: Sendable {
    var batchCapacity: Int
    var acknowledges: Bool
    var logger: Logger
    var declaredAt: SourceLocation?
    var positionsAreCommittedBySink = false
    /// Where to go on, given what the sink has restored.
    var positions: @Sendable ([Position]?) throws -> [Position]
    /// Told the committer of the source, once it is open.
    var onOpen: @Sendable ((any PositionCommitter)?) -> Void
    var commitNow: @Sendable () -> Void
    var forget: @Sendable (String) -> Position?
    var metrics: ConnectorMetrics?
    /// How many bytes the queue of the source's client may take.
    var memory: Int?
}
