import Synchronization

/// The token of a batch as the source made it: it knows the positions of its elements.
final class RootToken: AckToken, @unchecked Sendable {
    // Proof for `@unchecked Sendable`: `runs` is constant; `absorbedEnds`, `firstSequence` and `readAt` are touched
    // only under the tracker's lock; `tracker` only by whoever holds the token, and by the last of them when it gives
    // its hold back; the statuses have a lock of their own.
    let runs: [PositionRun]
    let elementCount: Int
    let isReleased = Atomic<Bool>(false)
    /// nil once the batch is done: the tracker keeps those that are not to be committed, which must not keep it in turn.
    private var tracker: PositionTracker?
    private let statuses: StatusBoard?
    /// The first batch that this one stands for, after it has absorbed earlier ones.
    var firstSequence: Int
    /// When the first of them was read.
    var readAt: MonotonicTime
    /// Where absorbed batches end, for partitions.
    var absorbedEnds: [PartitionID: PositionEnd] = [:]

    init(
        sequence: Int, runs: [PositionRun], count: Int, tracker: PositionTracker, tracksElements: Bool,
        readAt: MonotonicTime
    ) {
        self.runs = runs
        elementCount = count
        self.tracker = tracker
        firstSequence = sequence
        self.readAt = readAt
        statuses = tracksElements ? StatusBoard(count: count) : nil
        super.init(sequence: sequence, tracksElements: tracksElements)
    }

    override func mark(_ mark: AckMark, at index: Int) {
        tracker?.lowerCeiling(mark, sequence: sequence, index: index)
    }

    override func markWhole(_ mark: AckMark) {
        tracker?.lowerCeiling(mark, belowAllOf: self)
    }

    override func note(_ status: AckStatus, in range: Range<Int>) {
        statuses?.note(status, in: range)
    }

    override func position(at index: Int) -> Position? {
        run(of: index).flatMap { tracker?.position(in: $0.partition, at: $0.elementPosition(at: index)) }
    }

    override func offset(at index: Int) -> Int64? {
        run(of: index)?.elementPosition(at: index)
    }

    /// The elements of one partition among which an element stands.
    func run(of index: Int) -> PositionRun? {
        runs.first { $0.start <= index && index < $0.end }
    }

    override func absorb(_ earlier: AckToken) -> Bool {
        // Of single messages each has an end of its own, which would be lost.
        guard !tracksElements, let tracker, let earlier = earlier as? RootToken, earlier.tracker === tracker,
            earlier.isHeldOnce
        else {
            return false
        }
        return tracker.absorb(earlier, into: self)
    }

    override func didFinish() {
        let tracker = tracker
        self.tracker = nil
        isReleased.store(true, ordering: .releasing)
        tracker?.didFinish(self)
    }

    /// How each element ended that did: those dropped on purpose count as done.
    func ends(below index: Int) -> [AckStatus] {
        statuses?.ends(below: index) ?? []
    }
}

/// How the elements of one batch have ended so far.
private final class StatusBoard: Sendable {
    private let statuses: Mutex<[AckStatusSet]>

    init(count: Int) {
        statuses = Mutex(Array(repeating: AckStatusSet(), count: count))
    }

    func note(_ status: AckStatus, in range: Range<Int>) {
        statuses.withLock { statuses in
            for index in range.clamped(to: 0..<statuses.count) { statuses[index].insert(status) }
        }
    }

    func ends(below index: Int) -> [AckStatus] {
        statuses.withLock { statuses in statuses.prefix(index).map { $0.merged ?? .done } }
    }
}

/// Where the finished part of a partition ends.
struct PositionEnd: Sendable, Hashable {
    var offset: Int64
    var isComplete = false
}

extension RootToken {
    /// Where a partition stands when the elements below an index are done; nil where the batch says nothing of it.
    func end(of partition: PartitionID, below index: Int) -> PositionEnd? {
        var result = absorbedEnds[partition]
        for run in runs where run.partition == partition {
            guard let offset = run.position(below: index) else { continue }
            result = PositionEnd(offset: offset, isComplete: run.isComplete)
        }
        return result
    }

    /// The partitions that the batch has a part of.
    var partitions: Set<PartitionID> {
        Set(runs.map(\.partition)).union(absorbedEnds.keys)
    }
}
