import Synchronization

/// Notices when nothing moves while elements are under way.
struct StallWatch {
    private let timeout: Duration?
    private let scheduler: any Scheduler
    private var lastMovement: Int?
    private(set) var deadline: MonotonicTime
    private var hasReported = false

    init(timeout: Duration?, scheduler: any Scheduler) {
        self.timeout = timeout
        self.scheduler = scheduler
        deadline = timeout.map { scheduler.now.advanced(by: $0) } ?? .distantFuture
    }

    /// - Returns: a report where nothing has moved for the timeout; once per stall
    mutating func check(_ materializer: Materializer) -> String? {
        guard let timeout else { return nil }
        let now = scheduler.now
        let movement = materializer.counters.reduce(materializer.tracker.finished.load(ordering: .relaxed)) {
            $0 &+ $1.received.load(ordering: .relaxed) &+ $1.sent.load(ordering: .relaxed)
        }
        if movement != lastMovement || materializer.tracker.outstanding.load(ordering: .relaxed) == 0 {
            lastMovement = movement
            hasReported = false
            deadline = now.advanced(by: timeout)
            return nil
        }
        guard now >= deadline else { return nil }
        deadline = now.advanced(by: timeout)
        if hasReported { return nil }
        hasReported = true
        return report(materializer, timeout)
    }

    private func report(_ materializer: Materializer, _ timeout: Duration) -> String {
        let holder = HeldLine(materializer).holder
        let position = materializer.tracker.oldest.map { " the oldest element that is not done is \($0);" } ?? ""
        let held = holder.map { " the line is held at stage \"\($0.stage.name)\": \($0.reason)" } ?? ""
        return "stalled: nothing has moved for \(timeout);\(position)\(held)"
    }
}
