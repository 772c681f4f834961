public import Connect

/// Writes to the output of a ``TransactionLog``; made by ``TransactionLog/sink(window:writeTime:storeTime:)``.
public struct TransactionLogSink<Element: Sendable, Output: Sendable>: Sink {
    let log: TransactionLog<Element, Output>
    let writeTime: Duration
    let storeTime: Duration
    /// What the plan is told.
    public let descriptor: SinkDescriptor

    /// Makes the writer of an attempt.
    public func makeWriter() -> TransactionLogWriter<Element, Output> {
        TransactionLogWriter(log: log, writeTime: writeTime, storeTime: storeTime)
    }
}

/// Writes to the output of a ``TransactionLog`` in one attempt of a run.
public struct TransactionLogWriter<Element: Sendable, Output: Sendable>: SinkWriter {
    private let log: TransactionLog<Element, Output>
    private let writeTime: Duration
    private let storeTime: Duration
    private var context: SinkContext?
    private var number = 0
    /// The open transaction.
    private var open: [Output] = []
    /// Something has failed: nothing more may be committed.
    private var hasFailed = false

    init(log: TransactionLog<Element, Output>, writeTime: Duration, storeTime: Duration) {
        self.log = log
        self.writeTime = writeTime
        self.storeTime = storeTime
    }

    /// Becomes the writer: who was it before is turned away from now on.
    public mutating func open(_ context: SinkContext) throws {
        self.context = context
        number = log.change { state in
            state.writer += 1
            return state.writer
        }
    }

    /// Adds to the open transaction.
    ///
    /// - Throws: what a fault demands
    public mutating func write(
        _ batch: borrowing Batch<Output>, _ acknowledgement: consuming SinkAcknowledgement
    ) throws {
        check("write")
        if writeTime > .zero { context?.scheduler.sleep(for: writeTime) }
        let fault = log.count(\.writes) { fault, number in fault == .abortWrite(number) || fault == .failWrite(number) }
        if let fault { try fail(fault) }
        for index in 0..<batch.count { open.append(batch[index]) }
    }

    /// Has nothing to wait for.
    ///
    /// - Throws: what a fault demands
    public mutating func flush() throws {
        check("flush")
        let fault = log.count(\.flushes) { fault, number in fault == .abortFlush(number) }
        if let fault { try fail(fault) }
    }

    /// Commits the open transaction.
    ///
    /// - Throws: what a fault demands, and where another writer or reader has taken over
    public mutating func store(_ positions: [Position]) throws {
        check("store")
        if storeTime > .zero { context?.scheduler.sleep(for: storeTime) }
        let fault = log.count(\.stores) { fault, number in
            if case .failStore(number, _) = fault { return true }
            return fault == .abortStore(number)
        }
        if let fault, fault.isBeforeEffect { try fail(fault) }
        guard let member = context?.exchange.value(of: TransactionLogMember.self) else {
            throw ConnectorError(.configuration, "the source has not told who it is")
        }
        let (open, number) = (open, number)
        let refusal: (any Error)? = log.change { state in
            if state.writer != number {
                return ConnectorError(.locked, "another writer has taken over: the two of a group must not run at once")
            }
            if state.member != member.number {
                return TransactionAborted(reason: "another reader has joined the group")
            }
            for position in positions {
                if position.offset < state.positions[position.partition] ?? 0 {
                    state.violations.append("\(position) goes back")
                }
                state.positions[position.partition] = position.offset
            }
            state.transactions.append(open)
            state.consumed.append(Int(state.positions.values.reduce(0, +)))
            return nil
        }
        if let refusal {
            hasFailed = true
            throw refusal
        }
        self.open = []
        if let fault { try fail(fault) }
    }

    /// Aborts what is open.
    public mutating func close(succeeded: Bool) throws {
        let (isLeft, succeeded) = (!open.isEmpty, succeeded)
        log.change { state in
            if isLeft { state.aborted += 1 }
            if isLeft, succeeded { state.violations.append("the end leaves something that is not committed") }
        }
        open = []
    }

    private func check(_ call: String) {
        let hasFailed = hasFailed
        log.change { if hasFailed { $0.violations.append("\(call) after a failure") } }
    }

    private mutating func fail(_ fault: TransactionFault) throws {
        hasFailed = true
        switch fault {
        case .abortWrite, .abortFlush, .abortStore:
            throw TransactionAborted(reason: "\(fault), because the test asked for it")
        default: throw ConnectorError(.inputOutput, "\(fault), because the test asked for it")
        }
    }
}

extension TransactionFault {
    /// Whether a commit that it strikes does nothing.
    fileprivate var isBeforeEffect: Bool {
        if case .failStore(_, tookEffect: true) = self { return false }
        return true
    }
}
