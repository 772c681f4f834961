import Connect

/// What other members send, as the source of a part.
struct ArrivalSource: Source {
    let queue: ArrivalQueue
    /// What the partitions are called, one per origin.
    let partitions: [String]
    /// The kind of network stage that it stands for, for listings.
    let kind: String
    /// Told how far the run has come, on the run's thread.
    let onCommit: @Sendable ([Position]) -> Void

    var descriptor: SourceDescriptor {
        SourceDescriptor(kind: kind, isBounded: true, resumption: .source)
    }

    func makeReader() -> Reader { Reader(source: self) }

    struct Reader: SourceReader {
        let source: ArrivalSource
        private var partitions: [PartitionID] = []

        init(source: ArrivalSource) {
            self.source = source
        }

        mutating func open(_ context: SourceContext) throws {
            partitions = source.partitions.map { context.partitions.partition(named: $0) }
            context.interrupt.onRaise { [queue = source.queue] in queue.interrupt() }
        }

        mutating func poll(into batch: inout SourceBatch<Bytes>, deadline: MonotonicTime) throws -> SourcePoll {
            var until = deadline
            while !batch.isFull, !batch.isShared {
                switch try source.queue.next(most: batch.room, until: until) {
                case .nothing: return .idle
                case .end: return .ended
                case .arrival(let arrival):
                    batch.append(arrival.elements, partition: partitions[arrival.partition], offset: arrival.offset)
                }
                // Only the first of a poll is waited for.
                until = MonotonicTime(nanoseconds: 0)
            }
            return .ready
        }

        func makeCommitter() -> (any PositionCommitter)? { Committer(onCommit: source.onCommit) }
    }

    struct Committer: PositionCommitter {
        let onCommit: @Sendable ([Position]) -> Void

        func commit(_ positions: [Position]) throws { onCommit(positions) }
    }
}
