/// When a run stops by itself: after a time, or at a time of day.
struct StopTime {
    private let scheduler: any Scheduler
    private let timeOfDay: EventTime?
    private var latest: MonotonicTime
    private var isOver = false

    /// Counts from now on.
    init(_ options: RunOptions) {
        scheduler = options.scheduler
        timeOfDay = options.stopAt
        latest = options.stopAfter.map { options.scheduler.now.advanced(by: $0) } ?? .distantFuture
    }

    /// When to look again. The time of day is asked anew each time: it may have been set.
    var deadline: MonotonicTime {
        if isOver { return .distantFuture }
        guard let timeOfDay else { return latest }
        let now = scheduler.timeOfDay
        if timeOfDay <= now { return scheduler.now }
        let (rest, overflow) = timeOfDay.nanosecondsSinceEpoch.subtractingReportingOverflow(now.nanosecondsSinceEpoch)
        return overflow ? latest : min(latest, scheduler.now.advanced(by: .nanoseconds(rest)))
    }

    /// Whether the run is to stop now; true once only.
    mutating func hasCome(_ now: MonotonicTime) -> Bool {
        guard !isOver else { return false }
        isOver = now >= latest || timeOfDay.map { $0 <= scheduler.timeOfDay } ?? false
        return isOver
    }
}
