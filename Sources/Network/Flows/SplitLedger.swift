/// The batches of one origin, from the split's number to the end of each.
///
/// It gives batches numbers and lanes (a lane is the way to one member), keeps each until the merge has taken it, and
/// gives what a lost lane had to others: unchanged, under its number, as the next attempt.
///
/// Where the order is restored behind it, numbers must grow on each lane: a batch that waits for credit at a peer stands
/// before all that come after it, and the merge would wait for a lower number behind it for ever. So a lane that is to
/// take a lower number than it already has begins anew: it forgets what it has, and gets all of it again, in order.
struct SplitLedger<Content: Sendable>: Sendable {
    /// What is to be told to the members.
    enum Action: Sendable {
        /// The flow begins, or begins anew.
        case open(lane: Int, generation: UInt32)
        /// A batch; without content where the merge has it already, and only its end is still to be told.
        case send(lane: Int, number: UInt64, attempt: UInt32, Content?)
        /// No batch follows.
        case end(lane: Int, generation: UInt32, next: UInt64)
    }

    /// How far the source may commit: all batches below `number`, and of that one the elements below `index`.
    struct Progress: Sendable, Hashable {
        var number: UInt64
        var index: UInt32
    }

    private enum State: Sendable, Hashable {
        case waiting
        case sent
        case taken
        case done
        case cut
    }

    private struct Entry: Sendable {
        var content: Content?
        let size: Int
        let slot: Int?
        var lane = -1
        var attempt: UInt32 = 0
        var state = State.waiting
    }

    private struct Lane: Sendable {
        var isUp = false
        /// Whether it has ever been up.
        var hasBeenUp = false
        var isToOpen = false
        var hasEnded = false
        var generation: UInt32 = 0
        var credit = 0
        var heldBytes = 0
        var heldCount = 0
        var highest: UInt64 = 0

        func isInOrder(for number: UInt64, _ isOrdered: Bool) -> Bool {
            isUp && !hasEnded && (!isOrdered || heldCount == 0 || highest < number)
        }
    }

    private let isOrdered: Bool
    private let heldLimit: Int
    private let heldBatches: Int
    private let overhead: Int
    /// Whether what belongs to a lane that has never been up waits for it.
    private var awaitsLanes: Bool
    private var entries: NumberedQueue<Entry>
    private var lanes: [Lane]
    /// Numbers to be sent, the lowest at the end.
    private var waiting: [UInt64] = []
    /// Numbers whose content the merge has, but whose end nobody would tell any more.
    private var orphaned: [UInt64] = []
    private var turn = 0
    private var hasEnded = false
    /// Whether no further batch is taken, because whoever is behind has enough.
    private(set) var isStopped = false
    private var ceiling: Progress?
    /// How many bytes of batches are kept.
    private(set) var heldBytes = 0

    /// A ledger of an origin.
    ///
    /// - Parameters:
    ///   - lanes: how many members may take batches
    ///   - heldLimit: how many bytes a lane may have that the merge has not taken; one batch more may be on it
    ///   - heldBatches: how many batches a lane may have that the merge has not taken
    ///   - overhead: what a batch without content costs of the credit, in bytes
    ///   - isOrdered: whether the order is restored behind it
    ///   - awaitsLanes: whether what belongs to a lane that has never been up waits for it, until ``stopAwaiting()``
    ///   - first: the number of the first batch
    init(
        lanes: Int, heldLimit: Int, heldBatches: Int = .max, overhead: Int, isOrdered: Bool = true,
        awaitsLanes: Bool = false, first: UInt64 = 0
    ) {
        self.lanes = Array(repeating: Lane(), count: lanes)
        self.heldLimit = heldLimit
        self.heldBatches = heldBatches
        self.overhead = overhead
        self.isOrdered = isOrdered
        self.awaitsLanes = awaitsLanes
        entries = NumberedQueue(first: first)
    }
}

// MARK: - Batches

extension SplitLedger {
    /// Whether there is room for a further batch.
    var wantsMore: Bool {
        !hasEnded && !isStopped && waiting.isEmpty && lanes.contains { $0.isUp && !$0.hasEnded && hasRoom($0) }
    }

    /// Takes a batch and gives it the next number.
    ///
    /// - Parameters:
    ///   - content: the batch; it comes back unchanged, as often as it has to be sent
    ///   - size: how many bytes of memory and credit it costs
    ///   - slot: which lane it belongs to, by key; while that one is down another takes its place. nil: any, in turn
    /// - Returns: its number
    @discardableResult
    mutating func append(_ content: Content, size: Int, slot: Int? = nil) -> UInt64 {
        let number = entries.next
        entries.append(Entry(content: content, size: size, slot: slot))
        heldBytes += size
        waiting.insert(number, at: 0)
        return number
    }

    /// Says that no further batch comes.
    mutating func end() {
        hasEnded = true
    }

    /// Takes no further batch: whoever is behind has enough.
    ///
    /// - Parameter number: this batch and all behind it are not wanted; nil where that is not known
    mutating func stop(before number: UInt64? = nil) {
        isStopped = true
        if let number { lowerCeiling(to: Progress(number: number, index: 0)) }
    }

    private mutating func lowerCeiling(to progress: Progress) {
        if ceiling.map({ (progress.number, progress.index) < ($0.number, $0.index) }) ?? true { ceiling = progress }
    }

    /// How far the source may commit.
    var progress: Progress {
        let done = Progress(number: entries.first, index: 0)
        guard let ceiling, entries.first >= ceiling.number else { return done }
        return isCut(at: ceiling) ? ceiling : Progress(number: ceiling.number, index: 0)
    }

    /// Whether nothing is left to be sent or told.
    var isFinished: Bool {
        if let ceiling, entries.first >= ceiling.number, ceiling.index == 0 || isCut(at: ceiling) { return true }
        return (hasEnded || isStopped) && entries.count == 0
    }

    private func isCut(at ceiling: Progress) -> Bool {
        guard entries.contains(ceiling.number), case .cut = entries[ceiling.number].state else { return false }
        return true
    }
}

// MARK: - Lanes

extension SplitLedger {
    /// A member is there: it may take batches as soon as it gives credit.
    mutating func laneIsUp(_ lane: Int) {
        guard !lanes[lane].isUp else { return }
        lanes[lane].isUp = true
        lanes[lane].hasBeenUp = true
        restart(lane)
    }

    /// Lanes that have never been up have been waited for long enough: others get what belongs to them.
    mutating func stopAwaiting() {
        awaitsLanes = false
    }

    /// A member is lost: others get what it had.
    mutating func laneIsDown(_ lane: Int) {
        guard lanes[lane].isUp else { return }
        lanes[lane].isUp = false
        release(lane)
    }

    /// A member has lost what it had, though it is there; a request for an earlier begin of the flow is void.
    mutating func restart(_ lane: Int, generation: UInt32) {
        if lanes[lane].isUp, lanes[lane].generation == generation { restart(lane) }
    }

    /// A member gives leave to send more.
    mutating func grant(_ bytes: Int, lane: Int, generation: UInt32) {
        guard lanes[lane].isUp, lanes[lane].generation == generation else { return }
        lanes[lane].credit = min(lanes[lane].credit + bytes, Int(UInt32.max))
    }

    private func hasRoom(_ lane: Lane) -> Bool {
        lane.credit > 0 && lane.heldBytes < heldLimit && lane.heldCount < heldBatches
    }

    private mutating func restart(_ lane: Int) {
        release(lane)
        lanes[lane].generation += 1
        lanes[lane].isToOpen = true
    }

    private mutating func release(_ lane: Int) {
        let before = lanes[lane]
        lanes[lane] = Lane()
        lanes[lane].isUp = before.isUp
        lanes[lane].hasBeenUp = before.hasBeenUp
        lanes[lane].generation = before.generation
        for number in entries.first..<entries.next where entries[number].lane == lane {
            switch entries[number].state {
            case .sent:
                entries[number].state = .waiting
                waiting.append(number)
            case .taken:
                orphaned.append(number)
            case .waiting, .done, .cut:
                continue
            }
            entries[number].lane = -1
            entries[number].attempt += 1
        }
        waiting.sort(by: >)
        orphaned.sort(by: >)
    }
}

// MARK: - What to tell the members

extension SplitLedger {
    /// What is to be told next; nil where there is nothing for now.
    mutating func nextAction() -> Action? {
        if let ceiling, let lowest = waiting.last, lowest > ceiling.number { waiting = [] }
        while let number = waiting.last {
            if awaitsLanes, let slot = entries[number].slot, !lanes[slot].hasBeenUp { return openAny() ?? nextOrphan() }
            guard let slot = entries[number].slot, let lane = lane(of: slot) else {
                switch choose(0..<lanes.count, for: number) {
                case .lane(let lane): return open(lane) ?? send(waiting.removeLast(), on: lane)
                case .restarted: continue
                case .none: return openAny() ?? nextOrphan()
                }
            }
            switch choose(lane..<(lane + 1), for: number) {
            case .lane(let lane): return open(lane) ?? send(waiting.removeLast(), on: lane)
            case .restarted: continue
            case .none: return openAny() ?? nextOrphan()
            }
        }
        return openAny() ?? nextOrphan() ?? nextEnd()
    }

    private enum Choice {
        case lane(Int)
        case restarted
        case none
    }

    /// A lane that may take a number: one that can, in turn; if none ever could, one is begun anew.
    private mutating func choose(_ candidates: Range<Int>, for number: UInt64) -> Choice {
        var isAnyInOrder = false
        for step in 0..<candidates.count {
            let lane = candidates.lowerBound + (turn + step) % candidates.count
            guard lanes[lane].isInOrder(for: number, isOrdered) else { continue }
            if hasRoom(lanes[lane]) {
                turn = lane + 1
                return .lane(lane)
            }
            isAnyInOrder = true
        }
        // What such a lane has is lower, so it moves, and there will be room.
        if isAnyInOrder { return .none }
        let up = candidates.filter { lanes[$0].isUp }
        guard let lane = up.min(by: { lanes[$0].heldBytes < lanes[$1].heldBytes }) else { return .none }
        restart(lane)
        return .restarted
    }

    /// The lane that a slot stands for: the first one from it on that is up.
    private func lane(of slot: Int) -> Int? {
        (0..<lanes.count).lazy.map { (slot + $0) % lanes.count }.first { lanes[$0].isUp }
    }

    private mutating func open(_ lane: Int) -> Action? {
        guard lanes[lane].isUp, lanes[lane].isToOpen else { return nil }
        lanes[lane].isToOpen = false
        return .open(lane: lane, generation: lanes[lane].generation)
    }

    private mutating func openAny() -> Action? {
        lanes.firstIndex { $0.isUp && $0.isToOpen }.flatMap { open($0) }
    }

    private mutating func send(_ number: UInt64, on lane: Int) -> Action {
        let entry = entries[number]
        entries[number].lane = lane
        lanes[lane].credit -= entry.content == nil ? overhead : entry.size
        if entry.state == .waiting {
            entries[number].state = .sent
            lanes[lane].heldBytes += entry.size
            lanes[lane].heldCount += 1
            lanes[lane].highest = number
        }
        return .send(lane: lane, number: number, attempt: entry.attempt, entry.content)
    }

    private mutating func nextOrphan() -> Action? {
        guard let number = orphaned.last else { return nil }
        if let lane = lanes.firstIndex(where: { $0.isUp && !$0.hasEnded && $0.credit > 0 }) {
            orphaned.removeLast()
            return send(number, on: lane)
        }
        guard !lanes.contains(where: { $0.isUp && !$0.hasEnded }), let lane = lanes.firstIndex(where: { $0.isUp })
        else {
            return nil
        }
        restart(lane)
        return open(lane)
    }

    private mutating func nextEnd() -> Action? {
        guard hasEnded, waiting.isEmpty, orphaned.isEmpty,
            let lane = lanes.firstIndex(where: { $0.isUp && !$0.hasEnded })
        else { return nil }
        lanes[lane].hasEnded = true
        return .end(lane: lane, generation: lanes[lane].generation, next: entries.next)
    }
}

// MARK: - What the members tell

extension SplitLedger {
    /// Notes what became of batches. What is said of an attempt that is over, or by a member that does not have the
    /// batch any more, changes nothing.
    ///
    /// - Parameters:
    ///   - numbers: those sent on this lane as this attempt are meant
    ///   - attempt: the attempt
    ///   - lane: who says so
    ///   - verdict: what became of them
    /// - Throws: where the member speaks of what it was never sent
    mutating func acknowledge(
        _ numbers: ClosedRange<UInt64>, attempt: UInt32, lane: Int, _ verdict: BatchVerdict
    ) throws(ProtocolError) {
        guard numbers.upperBound < entries.next else {
            throw ProtocolError(
                .unexpected, "batch \(numbers.upperBound) was acknowledged, \(entries.next) is the next to be sent")
        }
        guard numbers.upperBound >= entries.first else { return }
        for number in max(numbers.lowerBound, entries.first)...numbers.upperBound {
            let entry = entries[number]
            guard entry.lane == lane, entry.attempt == attempt else { continue }
            guard entry.state == .sent || entry.state == .taken else { continue }
            letGo(number)
            switch verdict {
            case .taken: entries[number].state = .taken
            case .ended: entries[number].state = .done
            case .cut(let index, _):
                entries[number].state = .cut
                lowerCeiling(to: Progress(number: number, index: index))
                isStopped = true
            }
        }
        while entries.count > 0, entries[entries.first].state == .done { entries.removeFirst() }
    }

    /// Gives the memory of a batch back.
    private mutating func letGo(_ number: UInt64) {
        guard entries[number].state == .sent else { return }
        let entry = entries[number]
        entries[number].content = nil
        heldBytes -= entry.size
        lanes[entry.lane].heldBytes -= entry.size
        lanes[entry.lane].heldCount -= 1
    }
}
