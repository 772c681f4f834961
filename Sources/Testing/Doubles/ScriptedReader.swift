public import Connect

/// Follows the script of a ``ScriptedSource`` in one run.
public struct ScriptedReader<Element: Sendable>: SourceReader {
    private let script: [ScriptedSource<Element>.Step]
    private let isBounded: Bool
    private let log: SourceLog<Element>
    private let commits: CommitLog?
    private var context: SourceContext?
    private var partitions: [String: PartitionID] = [:]
    /// The number of the next element of each partition.
    private var offsets: [String: Int64] = [:]
    private var step = 0
    /// How many elements of the step were given.
    private var given = 0
    private var waitEnd: MonotonicTime?

    init(
        script: [ScriptedSource<Element>.Step], isBounded: Bool, log: SourceLog<Element>, commits: CommitLog?
    ) {
        self.script = script
        self.isBounded = isBounded
        self.log = log
        self.commits = commits
    }

    /// Takes note of where to go on.
    public mutating func open(_ context: SourceContext) throws {
        self.context = context
        commits?.use(context.scheduler)
        var context = context
        if let kept = commits?.positions, !kept.isEmpty { context.positions = kept }
        self.context = context
        log.noteOpened(at: context.positions)
    }

    /// Does the next steps, up to the first that waits or a full batch.
    ///
    /// - Throws: the error of a `.fail` step
    public mutating func poll(
        into batch: inout SourceBatch<Element>, deadline: MonotonicTime
    ) throws -> SourcePoll {
        guard let context else { return .ended }
        while step < script.count {
            switch script[step] {
            case .elements(let elements, let partition, let from):
                guard give(elements, partition, from, into: &batch) else { return .ready }
            case .idle:
                advance()
                return .idle
            case .wait(let duration):
                if batch.count > 0 { return .idle }
                guard wait(duration, until: deadline, context) else { return .idle }
            case .fail(let error):
                advance()
                throw error
            case .revoke(let partition, let timeout):
                // What was read before is delivered first, so that the revocation finds it in flight.
                if batch.count > 0 { return .ready }
                advance()
                partitions[partition] = nil
                let isDrained = context.partitions.revoke(partition, timeout: timeout)
                log.noteRevoked(partition, isDrained: isDrained, at: context.scheduler.now)
            case .complete(let partition):
                advance()
                batch.complete(number(of: partition, context), at: offsets[partition, default: 0])
            case .end:
                return .ended
            }
        }
        if isBounded { return .ended }
        if batch.count == 0 { context.interrupt.wait(until: deadline) }
        return .idle
    }

    /// What keeps the positions, where the source was given one.
    public func makeCommitter() -> (any PositionCommitter)? { commits }

    /// Notes that the run is through with the source.
    public mutating func close() {
        log.noteClosed()
    }

    private mutating func advance() {
        step += 1
        given = 0
    }

    /// - Returns: whether all elements of the step were given
    private mutating func give(
        _ elements: [Element], _ partition: String, _ from: Int64?, into batch: inout SourceBatch<Element>
    ) -> Bool {
        guard let context else { return true }
        if given == 0, let from { offsets[partition] = from }
        let start = context.position(in: partition)?.offset ?? 0
        while given < elements.count {
            let offset = offsets[partition, default: 0]
            if offset >= start {
                if batch.isFull { return false }
                batch.append(elements[given], partition: number(of: partition, context), offset: offset)
                log.noteGiven(elements[given], partition, offset)
            }
            offsets[partition] = offset + 1
            given += 1
        }
        advance()
        return true
    }

    private mutating func number(of partition: String, _ context: SourceContext) -> PartitionID {
        if let known = partitions[partition] { return known }
        let number = context.partitions.partition(named: partition)
        partitions[partition] = number
        return number
    }

    /// - Returns: whether the wait is over
    private mutating func wait(_ duration: Duration, until deadline: MonotonicTime, _ context: SourceContext) -> Bool {
        let end = waitEnd ?? context.scheduler.now.advanced(by: duration)
        waitEnd = end
        context.interrupt.wait(until: min(end, deadline))
        guard context.scheduler.now >= end else { return false }
        waitEnd = nil
        advance()
        return true
    }
}
