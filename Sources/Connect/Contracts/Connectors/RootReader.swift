/// The reader of a source, or of a source and the splitters behind it, for one run on one thread.
@usableFromInline
final class RootReader<Element: Sendable> {
    @usableFromInline let open: (SourceContext) throws -> Void
    @usableFromInline let poll: (inout SourceBatch<Element>, MonotonicTime) throws -> SourcePoll
    @usableFromInline let service: (MonotonicTime) -> MonotonicTime?
    @usableFromInline let makeCommitter: () -> (any PositionCommitter)?
    @usableFromInline let close: () -> Void

    @inlinable
    init(
        open: @escaping (SourceContext) throws -> Void,
        poll: @escaping (inout SourceBatch<Element>, MonotonicTime) throws -> SourcePoll,
        service: @escaping (MonotonicTime) -> MonotonicTime?,
        makeCommitter: @escaping () -> (any PositionCommitter)?, close: @escaping () -> Void
    ) {
        self.open = open
        self.poll = poll
        self.service = service
        self.makeCommitter = makeCommitter
        self.close = close
    }

    @inlinable
    convenience init<Reader: SourceReader<Element>>(_ reader: Reader) {
        var reader = reader
        self.init(
            open: { try reader.open($0) },
            poll: { try reader.poll(into: &$0, deadline: $1) },
            service: { reader.service(now: $0) },
            makeCommitter: { reader.makeCommitter() },
            close: { reader.close() })
    }

    /// The reader of a source and a splitter: what the splitter cuts of what the source reads.
    convenience init<Instance: SplitterInstance<Element>>(
        splitting upstream: RootReader<StreamChunk>, by instance: Instance
    ) {
        let split = SplitReader(upstream, instance)
        self.init(
            open: { try split.open($0) },
            poll: { try split.poll(into: &$0, deadline: $1) },
            service: upstream.service,
            makeCommitter: upstream.makeCommitter,
            close: upstream.close)
    }
}

/// Feeds a splitter from a reader of chunks.
private final class SplitReader<Instance: SplitterInstance> {
    private let upstream: RootReader<StreamChunk>
    private var instance: Instance
    private var chunks = SourceBatch<StreamChunk>(capacity: 1)
    private var needsInput = true
    private var upstreamEnded = false
    private var pendingError: (any Error)?

    init(_ upstream: RootReader<StreamChunk>, _ instance: Instance) {
        self.upstream = upstream
        self.instance = instance
    }

    func open(_ context: SourceContext) throws {
        var context = context
        context.positions = try instance.resume(at: context.positions, partitions: context.partitions)
        try upstream.open(context)
    }

    func poll(into batch: inout SourceBatch<Instance.Output>, deadline: MonotonicTime) throws -> SourcePoll {
        while true {
            if !needsInput {
                switch try instance.pull(into: &batch) {
                case .batchFull: return .ready
                case .needsInput: needsInput = true
                }
            }
            if upstreamEnded { return .ended }
            if let pendingError { throw pendingError }
            if !batch.isEmpty, batch.isFull { return .ready }
            // With something in hand nothing is waited for: the batch goes on as it is.
            let isHolding = !batch.isEmpty
            let state = try nextChunk(deadline: isHolding ? MonotonicTime(nanoseconds: 0) : deadline)
            if needsInput, !upstreamEnded, pendingError == nil { return state }
        }
    }

    /// Reads a chunk and gives it to the splitter.
    private func nextChunk(deadline: MonotonicTime) throws -> SourcePoll {
        chunks.reset()
        var state = SourcePoll.ready
        do {
            state = try upstream.poll(&chunks, deadline)
        } catch {
            // What was read before the failure is still cut and delivered.
            if chunks.isEmpty { throw error }
            pendingError = error
        }
        if state == .ended { upstreamEnded = true }
        if !chunks.isEmpty {
            try instance.push(chunks.batch[0])
            needsInput = false
        }
        return state
    }
}

extension SourceBatch {
    /// Whether there is neither an element nor the end of a partition.
    var isEmpty: Bool { batch.count == 0 && runs.isEmpty }

    mutating func reset() {
        batch.clear()
        if !runs.isEmpty { runs.removeAll(keepingCapacity: true) }
    }
}
