import Connect
import Synchronization

/// Holds the acknowledgements of batches until they are confirmed, by a thread or on command.
final class ConfirmationDesk: Sendable {
    /// An acknowledgement that waits.
    private final class Waiting: Sendable {
        let acknowledgement: Mutex<SinkAcknowledgement?>
        let range: Range<Int>

        init(_ acknowledgement: consuming sending SinkAcknowledgement, _ range: Range<Int>) {
            self.acknowledgement = Mutex(acknowledgement)
            self.range = range
        }

        func confirm() {
            let taken = acknowledgement.withLock { $0.take() }
            if let taken { taken.end() }
        }
    }

    private struct State: Sendable {
        var waiting: [Waiting] = []
        /// Confirmations that are being given, outside of the lock.
        var underWay = 0
        var isClosed = false
    }

    private let state: Guarded<State>
    private let changed: Monitor.Condition
    private let scheduler: any Scheduler
    private let onConfirm: @Sendable (Range<Int>) -> Void

    init(scheduler: any Scheduler, onConfirm: @escaping @Sendable (Range<Int>) -> Void) {
        self.scheduler = scheduler
        self.onConfirm = onConfirm
        state = Guarded(State(), scheduler: scheduler)
        changed = state.monitor.makeCondition()
    }

    func put(_ acknowledgement: consuming sending SinkAcknowledgement, _ range: Range<Int>) {
        let waiting = Waiting(acknowledgement, range)
        state.withLock { state in
            state.waiting.append(waiting)
            changed.broadcast()
        }
    }

    /// Confirms the oldest batches.
    ///
    /// - Returns: how many
    func confirmNext(_ count: Int) -> Int {
        var done = 0
        while done < count, let next = state.withLock({ take(&$0, 0) }) {
            confirm(next)
            done += 1
        }
        return done
    }

    /// Starts a thread that confirms after random whiles.
    func start(upTo limit: Duration, seed: UInt64, isShuffled: Bool) {
        scheduler.spawn(name: "confirmations") {
            var random = SplitMix(seed: seed)
            while true {
                let draw = Int(random.next() >> 33)
                let next: Waiting? = self.state.waitWithLock { state in
                    if state.isClosed { return .done(nil) }
                    guard !state.waiting.isEmpty else { return .wait(self.changed) }
                    return .done(self.take(&state, isShuffled ? draw % state.waiting.count : 0))
                }
                guard let next else { return }
                let nanoseconds = random.next() % (limit.wholeNanoseconds + 1)
                self.scheduler.sleep(for: .nanoseconds(Int64(clamping: nanoseconds)))
                self.confirm(next)
            }
        }
    }

    /// Waits until nothing waits any more, or the desk is closed.
    func waitUntilEmpty() {
        state.waitWithLock { state in
            (state.waiting.isEmpty && state.underWay == 0) || state.isClosed ? .done(()) : .wait(changed)
        }
    }

    /// Gives up what still waits: it is not done.
    func close() {
        let dropped = state.withLock { state in
            state.isClosed = true
            changed.broadcast()
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiting in dropped { waiting.acknowledgement.withLock { $0 = nil } }
    }

    private func take(_ state: inout State, _ index: Int) -> Waiting? {
        guard state.waiting.indices.contains(index) else { return nil }
        state.underWay += 1
        return state.waiting.remove(at: index)
    }

    private func confirm(_ waiting: Waiting) {
        onConfirm(waiting.range)
        waiting.confirm()
        state.withLock { state in
            state.underWay -= 1
            changed.broadcast()
        }
    }
}
