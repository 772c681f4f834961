public import Connect

/// Reads the elements of a ``TransactionLog``; made by ``TransactionLog/source(batch:pause:isBounded:hasDuties:)``.
public struct TransactionLogSource<Element: Sendable, Output: Sendable>: Source {
    let log: TransactionLog<Element, Output>
    let batch: Int
    let pause: Duration
    /// What the plan is told.
    public let descriptor: SourceDescriptor

    /// Makes a reader that begins at the committed positions.
    public func makeReader() -> TransactionLogReader<Element, Output> {
        TransactionLogReader(log: log, size: batch, pause: pause, isBounded: descriptor.isBounded)
    }
}

/// Who reads, as the writer of the same run must tell the broker.
struct TransactionLogMember: Sendable {
    let number: Int
}

/// Reads the elements of a ``TransactionLog`` in one attempt of a run.
public struct TransactionLogReader<Element: Sendable, Output: Sendable>: SourceReader {
    let log: TransactionLog<Element, Output>
    let size: Int
    let pause: Duration
    let isBounded: Bool
    private var context: SourceContext?
    /// The next element, in the order of the log.
    private var next = 0
    /// Where each partition goes on.
    private var positions: [String: Int64] = [:]
    private var partitions: [Int: PartitionID] = [:]
    private var due = MonotonicTime(nanoseconds: 0)

    init(log: TransactionLog<Element, Output>, size: Int, pause: Duration, isBounded: Bool) {
        self.log = log
        self.size = size
        self.pause = pause
        self.isBounded = isBounded
    }

    /// Joins: who joined before may commit no more.
    public mutating func open(_ context: SourceContext) throws {
        self.context = context
        let (member, positions) = log.change { state in
            state.member += 1
            state.opens += 1
            if !context.positionsAreCommittedBySink {
                state.violations.append("the reader is to commit positions itself")
            }
            return (state.member, state.positions)
        }
        context.exchange.put(TransactionLogMember(number: member))
        self.positions = positions
    }

    /// Gives the next few elements.
    ///
    /// - Throws: what a fault demands
    public mutating func poll(into batch: inout SourceBatch<Element>, deadline: MonotonicTime) throws -> SourcePoll {
        guard let context else { return .ended }
        if context.scheduler.now < due {
            context.interrupt.wait(until: min(due, deadline))
            if context.scheduler.now < due { return .idle }
        }
        while next < log.elements.count {
            if batch.count >= size || batch.isFull {
                due = context.scheduler.now.advanced(by: pause)
                return .ready
            }
            let partition = next % log.partitionCount
            let offset = Int64(next / log.partitionCount)
            let name = "p\(partition)"
            if offset < positions[name] ?? 0 {
                next += 1
                continue
            }
            if let fault = dueFault(hasGiven: batch.count > 0) {
                try happen(fault, name, context)
                continue
            }
            // A fault is near: what is given already goes first.
            if batch.count > 0, isFaultNear { return .ready }
            let number = partitions[partition] ?? context.partitions.partition(named: name)
            partitions[partition] = number
            batch.append(log.elements[next], partition: number, offset: offset)
            positions[name] = offset + 1
            log.change { $0.given += 1 }
            next += 1
        }
        if isBounded { return .ended }
        if batch.count == 0 { context.interrupt.wait(until: deadline) }
        return .idle
    }

    /// Gives partitions up also while elements wait for room, where the source has duties.
    public mutating func service(now: MonotonicTime) -> MonotonicTime? {
        guard let context, next < log.elements.count else { return nil }
        let fault = log.change { state in
            state.faults.firstIndex { $0.isRevocation && $0.isDue(afterGiving: state.given) }.map {
                state.faults.remove(at: $0)
            }
        }
        if case .revoke(_, let timeout) = fault { revoke("p\(next % log.partitionCount)", timeout, context) }
        let isNear = log.pendingFaults.contains(where: \.isRevocation)
        return now.advanced(by: isNear ? .microseconds(50) : .milliseconds(1))
    }

    /// Nothing to close.
    public mutating func close() {}

    private var isFaultNear: Bool {
        log.change { state in state.faults.contains { $0.isDue(afterGiving: state.given) } }
    }

    /// The fault that happens before the next element, where nothing waits to be handed on.
    private func dueFault(hasGiven: Bool) -> TransactionFault? {
        if hasGiven { return nil }
        return log.change { state in
            state.faults.firstIndex { $0.isDue(afterGiving: state.given) }.map { state.faults.remove(at: $0) }
        }
    }

    private mutating func happen(_ fault: TransactionFault, _ partition: String, _ context: SourceContext) throws {
        switch fault {
        case .lose: throw TransactionAborted(reason: "partition \(partition) was lost because the test asked for it")
        case .failPoll: throw ConnectorError(.inputOutput, "reading fails because the test asked for it")
        case .revoke(_, let timeout): revoke(partition, timeout, context)
        default: break
        }
    }

    /// Gives a partition up and gets it back, to go on at what is committed.
    private mutating func revoke(_ partition: String, _ timeout: Duration, _ context: SourceContext) {
        let isDrained = context.partitions.revoke(partition, timeout: timeout)
        partitions = partitions.filter { "p\($0.key)" != partition }
        let committed = log.positions[partition] ?? 0
        log.change { $0.revocations.append(isDrained) }
        if isDrained, committed != positions[partition] ?? 0 {
            log.change { $0.violations.append("partition \(partition) was drained, but not committed") }
        }
        positions[partition] = committed
        next = 0
    }
}

extension TransactionFault {
    fileprivate var isRevocation: Bool {
        if case .revoke = self { return true }
        return false
    }

    /// Whether it happens in the source, when so many elements were given.
    fileprivate func isDue(afterGiving count: Int) -> Bool {
        switch self {
        case .lose(let after), .revoke(let after, _), .failPoll(let after): count >= after
        default: false
        }
    }
}
