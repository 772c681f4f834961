public import Connect

/// The writer of a ``RecordingSink`` in one run.
public struct RecordingWriter<Input: Sendable>: SinkWriter {
    private let confirmation: SinkDescriptor.Confirmation
    private let confirmations: RecordingSink<Input>.Confirmations
    private let behaviour: RecordingSink<Input>.Behaviour
    private let log: SinkLog<Input>
    private var scheduler: (any Scheduler)?
    private var desk: ConfirmationDesk?
    private var writes = 0
    private var flushes = 0
    /// The first element that is not confirmed, for confirmation by flush or close.
    private var unconfirmed = 0

    init(
        confirmation: SinkDescriptor.Confirmation, confirmations: RecordingSink<Input>.Confirmations,
        behaviour: RecordingSink<Input>.Behaviour, log: SinkLog<Input>
    ) {
        self.confirmation = confirmation
        self.confirmations = confirmations
        self.behaviour = behaviour
        self.log = log
    }

    /// Starts the thread that confirms, where there is one.
    ///
    /// - Throws: a `ConnectorError` where it was told to fail
    public mutating func open(_ context: SinkContext) throws {
        if behaviour.failsToOpen { throw RecordingWriter.failure("open") }
        scheduler = context.scheduler
        log.note(.opened, at: context.scheduler.now)
        unconfirmed = log.elementCount
        guard confirmation == .acknowledgement else { return }
        let log = log
        let scheduler = context.scheduler
        let desk = ConfirmationDesk(scheduler: scheduler) { log.note(.confirmed($0), at: scheduler.now) }
        self.desk = desk
        log.desk = desk
        switch confirmations {
        case .atOnce, .onCommand: break
        case .later(let limit, let seed): desk.start(upTo: limit, seed: seed, isShuffled: false)
        case .shuffled(let limit, let seed): desk.start(upTo: limit, seed: seed, isShuffled: true)
        }
    }

    /// Records the elements.
    ///
    /// - Throws: a `ConnectorError` where it was told to fail
    public mutating func write(
        _ batch: borrowing Batch<Input>, _ acknowledgement: consuming SinkAcknowledgement
    ) throws {
        defer { writes += 1 }
        if behaviour.writeTime > .zero { scheduler?.sleep(for: behaviour.writeTime) }
        if writes == behaviour.failingWrite { throw RecordingWriter.failure("write") }
        var elements: [Input] = []
        elements.reserveCapacity(batch.count)
        for index in 0..<batch.count { elements.append(batch[index]) }
        let now = scheduler?.now ?? MonotonicTime(nanoseconds: 0)
        let range = log.noteWrite(elements, at: now)
        switch confirmation {
        case .write: log.note(.confirmed(range), at: now)
        case .flush, .close: break
        case .acknowledgement:
            if case .atOnce = confirmations {
                log.note(.confirmed(range), at: now)
                acknowledgement.end()
            } else {
                desk?.put(acknowledgement, range)
            }
        }
    }

    /// Confirms what was written, or waits until it is confirmed.
    ///
    /// - Throws: a `ConnectorError` where it was told to fail
    public mutating func flush() throws {
        defer { flushes += 1 }
        if behaviour.flushTime > .zero { scheduler?.sleep(for: behaviour.flushTime) }
        if flushes == behaviour.failingFlush { throw RecordingWriter.failure("flush") }
        desk?.waitUntilEmpty()
        let now = scheduler?.now ?? MonotonicTime(nanoseconds: 0)
        if confirmation == .flush { confirmAll(now) }
        log.note(.flushed, at: now)
    }

    private mutating func confirmAll(_ now: MonotonicTime) {
        let end = log.elementCount
        if unconfirmed < end { log.note(.confirmed(unconfirmed..<end), at: now) }
        unconfirmed = end
    }

    /// Ends the thread that confirms; what is not confirmed by then is not done.
    ///
    /// - Throws: a `ConnectorError` where it was told to fail
    public mutating func close(succeeded: Bool) throws {
        desk?.close()
        let now = scheduler?.now ?? MonotonicTime(nanoseconds: 0)
        if confirmation == .close, succeeded, !behaviour.failsToClose { confirmAll(now) }
        log.note(.closed(succeeded: succeeded), at: now)
        if behaviour.failsToClose { throw RecordingWriter.failure("close") }
    }

    private static func failure(_ call: String) -> ConnectorError {
        ConnectorError(.inputOutput, "\(call) fails because the test asked for it")
    }
}
