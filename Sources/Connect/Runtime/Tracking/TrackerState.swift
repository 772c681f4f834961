import DequeModule
import Synchronization

/// What is under way of one source, as a pure value: batches per partition in order, and the ceiling of what may be
/// committed.
struct TrackerState: Sendable {
    struct Partition: Sendable {
        var name: String
        var detail: String
        var batches: Deque<RootToken> = []
        /// The finished prefix.
        var end: PositionEnd?
        var reported: PositionEnd?
        var isRevoked = false
        /// The ceiling stands in this partition: nothing more of it will be committed.
        var isBlocked = false
        /// It is being given up: what is done of it is committed without regard to other partitions.
        var isLeaving = false
        /// The partition that had the name before; nothing of this one is committed before all of that one is done.
        var predecessor: Int?

        /// Takes finished batches off the front, as far as the ceiling lets it. Of the partition alone: with the whole
        /// state at hand beside a partition that changes, all of them would be copied.
        mutating func advance(_ id: PartitionID, before horizon: Int, _ ceiling: Ceiling) {
            guard !isBlocked, !isRevoked else { return }
            while let token = batches.first, token.isReleased.load(ordering: .acquiring), token.sequence < horizon {
                let limit = ceiling.committable(of: token)
                if ceiling.sequence < token.sequence {
                    // Also a ceiling inside of what the batch has absorbed: it stands at its start.
                    isBlocked = true
                    return
                }
                if let end = token.end(of: id, below: limit ?? .max) { self.end = end }
                if let limit, token.runs.contains(where: { $0.partition == id && $0.end > limit }) {
                    isBlocked = true
                    return
                }
                batches.removeFirst()
            }
        }
    }

    /// The first element of the first batch that is not to be committed.
    struct Ceiling: Sendable {
        var sequence = Int.max
        var index = 0
        /// Which limit has set it, counted from 1; 0 is none.
        var limit = 0
        /// How many limits a failure stands behind that has set it alone; nil where something else has.
        var failedBehind: Int?

        /// How many elements of a batch may be committed once it is done; nil is all of them.
        func committable(of token: RootToken) -> Int? {
            if token.sequence < sequence { return nil }
            return token.sequence == sequence ? index : 0
        }
    }

    private(set) var partitions: [Partition] = []
    private var numbers: [String: Int] = [:]
    private(set) var ceiling = Ceiling()
    private(set) var nextSequence = 0
    /// Whether elements take effect in the order of the source, so that none behind a limit or a failure may be committed.
    private let isOrdered: Bool

    init(isOrdered: Bool) {
        self.isOrdered = isOrdered
    }

    mutating func partition(named name: String, detail: String) -> PartitionID {
        if let known = numbers[name] { return PartitionID(index: known) }
        numbers[name] = partitions.count
        partitions.append(Partition(name: name, detail: detail))
        return PartitionID(index: partitions.count - 1)
    }

    /// Begins a partition anew under its name; what is under way of the earlier one still counts.
    mutating func renew(_ name: String, detail: String) -> PartitionID {
        let earlier = numbers.removeValue(forKey: name)
        let id = partition(named: name, detail: detail)
        partitions[id.index].predecessor = earlier
        return id
    }

    /// Whether nothing is under way of the partitions that had a partition's name before, but for batches before one.
    private func isNext(_ index: Int, before sequence: Int = 0) -> Bool {
        var earlier = partitions[index].predecessor
        while let known = earlier {
            // The batches are in order, so that the last one tells.
            if let last = partitions[known].batches.last, last.sequence >= sequence { return false }
            earlier = partitions[known].predecessor
        }
        return true
    }

    mutating func takeSequence() -> Int {
        defer { nextSequence += 1 }
        return nextSequence
    }

    mutating func append(_ token: RootToken) {
        var last: PartitionID?
        for run in token.runs where run.partition != last {
            last = run.partition
            let index = run.partition.index
            guard partitions.indices.contains(index), !partitions[index].isRevoked else { continue }
            if partitions[index].batches.last === token { continue }
            partitions[index].batches.append(token)
        }
        // At a high rate what is done between two commits would be a lot of memory.
        if token.sequence % 64 == 63 { advance() }
    }

    /// Lowers the ceiling by a mark.
    ///
    /// A drop or failure of the limit's own element before the limit is spared: what a flatMap had already made of it, or
    /// would have made after the limit, goes nowhere, and is not missed.
    mutating func lower(_ mark: AckMark, sequence: Int, index: Int) {
        let isOwn = ceiling.sequence == sequence && ceiling.index == index + 1
        var lowered = Ceiling(sequence: sequence, index: index)
        switch mark {
        case .dropped(let limits):
            if isOwn, limits < ceiling.limit { return }
        case .failed(let limits):
            if isOwn, limits < ceiling.limit { return }
            lowered.failedBehind = limits
        case .limit(let number):
            lowered.limit = number
            // The failure was marked first, since what came out before it is handed on after it.
            if ceiling.sequence == sequence, ceiling.index + 1 == index, ceiling.failedBehind ?? .max < number {
                ceiling = lowered
                return
            }
        }
        if (sequence, index) < (ceiling.sequence, ceiling.index) {
            ceiling = lowered
        } else if (sequence, index) == (ceiling.sequence, ceiling.index) {
            // Of several limits the last one counts; the element behind may have failed ahead of its turn.
            ceiling.limit = max(ceiling.limit, lowered.limit)
            ceiling.failedBehind =
                if let one = ceiling.failedBehind, let other = lowered.failedBehind { max(one, other) } else { nil }
        }
    }

    /// Takes finished batches off the front of every partition.
    ///
    /// An element that nothing is made of is done ahead of its turn. Where there is an order it waits for those before
    /// it in other partitions: one of them may still bring a limit or a failure that ends the run before it.
    mutating func advance() {
        let horizon = isOrdered ? firstUndone : Int.max
        for index in partitions.indices where !partitions[index].batches.isEmpty {
            partitions[index].advance(
                PartitionID(index: index), before: partitions[index].isLeaving ? .max : horizon, ceiling)
        }
    }

    private var firstUndone: Int {
        var first = Int.max
        for index in partitions.indices where !partitions[index].isRevoked {
            if let token = partitions[index].batches.first(where: { !$0.isReleased.load(ordering: .acquiring) }) {
                first = min(first, token.firstSequence)
            }
        }
        return first
    }

    /// The positions that have moved since the last call.
    mutating func takeChanges() -> [Position] {
        var changes: [Position] = []
        for index in partitions.indices {
            guard let end = partitions[index].end, end != partitions[index].reported, !partitions[index].isRevoked,
                isNext(index)
            else { continue }
            partitions[index].predecessor = nil
            partitions[index].reported = end
            changes.append(position(partitions[index], end))
        }
        return changes
    }

    /// Where every partition would stand if all batches before one were done.
    func positions(before sequence: Int) -> [Position] {
        let found = partitions.indices.compactMap { index -> Position? in
            let partition = partitions[index]
            guard !partition.isRevoked, isNext(index, before: sequence) else { return nil }
            var end = partition.end
            for token in partition.batches where token.sequence < sequence {
                if let reached = token.end(of: PartitionID(index: index), below: .max) { end = reached }
            }
            return end.map { position(partition, $0) }
        }
        if numbers.count == partitions.count { return found }
        // Of partitions that have had the same name the last one stands for it.
        var last: [String: Int] = [:]
        for (index, position) in found.enumerated() { last[position.partition] = index }
        return found.enumerated().filter { last[$1.partition] == $0 }.map(\.element)
    }

    /// Where every partition would stand if all batches up to the ceiling were done.
    func positionsBelowCeiling() -> [Position] {
        partitions.indices.compactMap { index in
            let partition = partitions[index]
            guard !partition.isRevoked else { return nil }
            var end = partition.end
            for token in partition.batches where token.sequence <= ceiling.sequence {
                let limit = ceiling.committable(of: token) ?? .max
                if let reached = token.end(of: PartitionID(index: index), below: limit) { end = reached }
            }
            return end.map { position(partition, $0) }
        }
    }

    private func position(_ partition: Partition, _ end: PositionEnd) -> Position {
        Position(
            partition: partition.name, offset: end.offset, isComplete: end.isComplete, detail: partition.detail)
    }

    /// Puts a later batch in the place of an earlier one that is held by the same stage.
    ///
    /// - Returns: false where something between the two is still under way; nothing has changed then
    mutating func absorb(_ earlier: RootToken, into later: RootToken) -> Bool {
        // Beyond the ceiling nothing is committed, so that what is below it must not be merged into what is beyond.
        guard earlier.sequence < later.sequence, later.sequence < ceiling.sequence else { return false }
        let affected = earlier.partitions.filter {
            partitions.indices.contains($0.index) && !partitions[$0.index].isRevoked
        }
        var plans: [(partition: Int, range: Range<Int>, end: PositionEnd?)] = []
        for id in affected {
            let batches = partitions[id.index].batches
            guard let start = batches.lastIndex(where: { $0 === earlier }) else { return false }
            var next = start + 1
            var end = earlier.end(of: id, below: .max)
            while next < batches.count, batches[next].sequence < later.sequence {
                guard batches[next].isReleased.load(ordering: .acquiring) else { return false }
                end = batches[next].end(of: id, below: .max) ?? end
                next += 1
            }
            if next < batches.count, batches[next] === later { next += 1 }
            plans.append((id.index, start..<next, end))
        }
        for plan in plans {
            partitions[plan.partition].batches.replaceSubrange(plan.range, with: CollectionOfOne(later))
            let id = PartitionID(index: plan.partition)
            // What it has absorbed before stands behind this.
            if let end = plan.end, later.absorbedEnds[id] == nil { later.absorbedEnds[id] = end }
        }
        later.firstSequence = min(later.firstSequence, earlier.firstSequence)
        later.readAt = min(later.readAt, earlier.readAt)
        return true
    }

    /// Whether everything that is in a snapshot is done and may be committed.
    func hasReached(_ snapshot: FoldSnapshot, isFinal: Bool) -> Bool {
        if let consumed = snapshot.consumed {
            guard isFinal, (ceiling.sequence, ceiling.index) >= (snapshot.sequence, consumed) else { return false }
        } else if ceiling.sequence <= snapshot.sequence {
            return false
        }
        return partitions.allSatisfy { partition in
            partition.isRevoked
                || partition.batches.allSatisfy {
                    $0.firstSequence > snapshot.sequence || $0.isReleased.load(ordering: .acquiring)
                }
        }
    }

    /// Whether nothing of a partition is under way.
    func isDrained(_ name: String) -> Bool {
        var current = numbers[name]
        while let index = current {
            guard partitions[index].batches.allSatisfy({ $0.isReleased.load(ordering: .acquiring) }) else {
                return false
            }
            current = partitions[index].predecessor
        }
        return true
    }

    /// Notes that a partition is about to be given up.
    mutating func leave(_ name: String) {
        if let index = numbers[name] { partitions[index].isLeaving = true }
    }

    /// Where the finished part of a partition ends; nil where nothing of it was finished in this run.
    func end(of name: String) -> Position? {
        guard let index = numbers[name] else { return nil }
        return partitions[index].end.map { position(partitions[index], $0) }
    }

    /// Whether a limit has ended the run before an element.
    func hasLimit(before sequence: Int, _ index: Int) -> Bool {
        ceiling.limit > 0 && (ceiling.sequence, ceiling.index) <= (sequence, index)
    }

    mutating func revoke(_ name: String) {
        var current = numbers.removeValue(forKey: name)
        while let index = current {
            partitions[index].isRevoked = true
            partitions[index].batches = []
            current = partitions[index].predecessor
        }
    }

    /// The oldest batch that is not done, for the stall report.
    var oldest: (partition: String, token: RootToken)? {
        var result: (partition: String, token: RootToken)?
        for partition in partitions where !partition.isRevoked {
            guard let token = partition.batches.first(where: { !$0.isReleased.load(ordering: .acquiring) }) else {
                continue
            }
            if token.sequence < result?.token.sequence ?? .max { result = (partition.name, token) }
        }
        return result
    }
}
