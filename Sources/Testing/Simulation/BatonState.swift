import Connect

/// Which thread runs in a simulation, what the others wait for, and the virtual time; a plain value.
struct BatonState: Sendable {
    private struct Thread: Sendable {
        let name: String
        let turn: Monitor.Condition
        var isRunnable = true
        var hasEnded = false
        var condition: ObjectIdentifier?
        var deadline = MonotonicTime.distantFuture
    }

    /// How a seed likes to switch threads: different mistakes show with different habits.
    private enum Habit: Sendable {
        /// Anybody, at each lock.
        case uniform
        /// Mostly who runs goes on.
        case sticky(Int)
        /// One thread runs only when no other can, mostly.
        case starving(Int)
    }

    private(set) var now = MonotonicTime(nanoseconds: 1_000_000_000)
    private(set) var current = -1
    private(set) var steps = 0
    private(set) var switches = 0
    private(set) var failure: SimulationFailure?
    private var threads: [Thread] = []
    private var alive = 0
    private var random: SplitMix
    private let habit: Habit
    /// How far time advances at a lock at most, in nanoseconds.
    private let pace: UInt64
    private let maxSteps: Int
    /// Who has signalled a condition last, for the report.
    private var signallers: [ObjectIdentifier: Int] = [:]
    private var runnable: [Int] = []

    init(seed: UInt64, maxSteps: Int) {
        random = SplitMix(seed: seed)
        self.maxSteps = maxSteps
        switch random.below(4) {
        case 0: habit = .uniform
        case 1: habit = .sticky(3)
        case 2: habit = .sticky(20)
        default: habit = .starving(random.below(8))
        }
        pace = [200, 2_000, 20_000][random.below(3)]
    }

    /// Whether all threads have ended.
    var isOver: Bool { alive == 0 }

    func turn(of thread: Int) -> Monitor.Condition { threads[thread].turn }

    mutating func addThread(named name: String, turn: Monitor.Condition) -> Int {
        threads.append(Thread(name: name, turn: turn))
        alive += 1
        return threads.count - 1
    }

    mutating func begin() {
        current = 0
        threads[0].turn.signal()
    }

    /// The running thread is about to take a lock.
    ///
    /// - Returns: the thread, where it has lost its turn
    mutating func yieldForLock() -> Int? {
        steps += 1
        if steps > maxSteps {
            fail(.livelock)
            return current
        }
        now = now.advanced(by: .nanoseconds(Int64(random.next() % pace)))
        if case .sticky(let chance) = habit, !random.oneIn(chance) { return nil }
        return handOn()
    }

    /// The running thread waits.
    ///
    /// - Returns: the thread, where it has lost its turn
    mutating func suspend(on condition: ObjectIdentifier, until deadline: MonotonicTime) -> Int? {
        steps += 1
        threads[current].isRunnable = false
        threads[current].condition = condition
        threads[current].deadline = deadline
        return handOn()
    }

    mutating func takesShortcut() -> Bool { random.oneIn(2) }

    mutating func signal(_ condition: ObjectIdentifier, all: Bool) {
        signallers[condition] = current
        runnable.removeAll(keepingCapacity: true)
        for index in threads.indices where threads[index].condition == condition { runnable.append(index) }
        if runnable.isEmpty { return }
        if all {
            for index in runnable { wake(index) }
        } else {
            wake(runnable[random.below(runnable.count)])
        }
    }

    mutating func end(_ thread: Int) {
        threads[thread].hasEnded = true
        threads[thread].isRunnable = false
        alive -= 1
        if alive > 0 { _ = handOn() }
    }

    private mutating func wake(_ index: Int) {
        threads[index].isRunnable = true
        threads[index].condition = nil
        threads[index].deadline = .distantFuture
    }

    /// Gives the turn to a thread that can run.
    ///
    /// - Returns: who had the turn before, where it is another
    private mutating func handOn() -> Int? {
        let before = current
        guard let next = draw() else {
            fail(.stuck)
            return before
        }
        if next == before { return nil }
        switches += 1
        current = next
        threads[next].turn.signal()
        return before
    }

    private mutating func draw() -> Int? {
        collectRunnable()
        if runnable.isEmpty {
            var earliest = MonotonicTime.distantFuture
            for thread in threads where !thread.hasEnded { earliest = min(earliest, thread.deadline) }
            if earliest == .distantFuture { return nil }
            now = max(now, earliest)
            collectRunnable()
        }
        let drawn = runnable[random.below(runnable.count)]
        guard case .starving(let starved) = habit, drawn == starved, runnable.count > 1, !random.oneIn(50) else {
            return drawn
        }
        return runnable.first { $0 != drawn }
    }

    private mutating func collectRunnable() {
        runnable.removeAll(keepingCapacity: true)
        for index in threads.indices {
            if threads[index].isRunnable {
                runnable.append(index)
            } else if !threads[index].hasEnded, threads[index].deadline <= now {
                wake(index)
                runnable.append(index)
            }
        }
    }

    // MARK: failures

    private mutating func fail(_ kind: SimulationFailure.Kind) {
        if failure == nil { failure = SimulationFailure(kind: kind, report: report) }
    }

    /// The running thread has not given its turn back for long.
    mutating func hang() -> SimulationFailure {
        let found = SimulationFailure(
            kind: .hung, report: "\"\(threads[max(0, current)].name)\" does not come to a lock or wait\n\(report)")
        failure = found
        return found
    }

    /// What every thread does, one line each.
    private var report: String {
        var numbers: [ObjectIdentifier: Int] = [:]
        let lines = threads.indices.filter { !threads[$0].hasEnded }.map { index -> String in
            let thread = threads[index]
            guard let condition = thread.condition, !thread.isRunnable else {
                return "  \(thread.name) #\(index): \(index == current ? "runs" : "can run")"
            }
            let number = numbers[condition, default: numbers.count + 1]
            numbers[condition] = number
            var line = "  \(thread.name) #\(index): waits on condition \(number)"
            if thread.deadline != .distantFuture { line += " until \(thread.deadline.nanoseconds) ns" }
            if let signaller = signallers[condition] {
                line += ", signalled last by \(threads[signaller].name) #\(signaller)"
            } else {
                line += ", never signalled"
            }
            return line
        }
        return "at \(now.nanoseconds) ns, after \(steps) steps:\n" + lines.joined(separator: "\n")
    }
}
