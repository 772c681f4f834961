import CoreMetrics
import Synchronization

/// Publishes how far the source has come: what is under way, what is committed, and how old both are.
struct ProgressMetrics {
    /// For so many partitions positions are published; a source that has more has too many to label.
    static let partitionLimit = 100

    private let labels: [(String, String)]
    private let factory: any MetricsFactory
    private let tracker: PositionTracker
    private let committer: Committer
    private let counters: StageCounters
    private let scheduler: any Scheduler
    private let pending: Gauge
    private let oldestAge: Gauge
    private let checkpointAge: Gauge
    private var failures: AddedCount
    // Made with their first value: before it there is none.
    private var committedAt: Gauge?
    private var lag: Gauge?
    private var positions: [String: Gauge] = [:]
    /// The commit whose positions were published last.
    private var published: MonotonicTime?

    init(
        _ labels: [(String, String)], _ tracker: PositionTracker, _ committer: Committer, _ counters: StageCounters,
        _ scheduler: any Scheduler, _ factory: any MetricsFactory
    ) {
        self.labels = labels
        self.factory = factory
        self.tracker = tracker
        self.committer = committer
        self.counters = counters
        self.scheduler = scheduler
        pending = Gauge(label: "acks_pending", dimensions: labels, factory: factory)
        oldestAge = Gauge(label: "oldest_unacked_age_seconds", dimensions: labels, factory: factory)
        checkpointAge = Gauge(label: "checkpoint_age_seconds", dimensions: labels, factory: factory)
        let errors = [("error_type", PipelineError.Code.checkpointFailed.description), ("stage", "committing")]
        failures = AddedCount("component_errors_total", labels + errors, factory) { committer.failedAttempts }
    }

    mutating func publish(at now: MonotonicTime) {
        pending.record(tracker.outstanding.load(ordering: .relaxed))
        failures.publish()
        let latest = committer.latest
        let oldest = tracker.oldestReadAt
        oldestAge.record(oldest.map { now.elapsed(since: $0).inSeconds } ?? 0)
        // A checkpoint is as good as new while there is nothing that could move it.
        checkpointAge.record(
            committer.uncommittedSince(oldestReadAt: oldest).map { now.elapsed(since: $0).inSeconds } ?? 0)
        if let latest {
            record(
                "checkpoint_commit_timestamp_seconds", \.committedAt,
                .nanoseconds(latest.timeOfDay.nanosecondsSinceEpoch))
            if latest.time != published { publishPositions() }
            published = latest.time
        }
        if let difference = counters.lag(at: now, scheduler.timeOfDay) {
            record("source_lag_time_seconds", \.lag, difference)
        }
    }

    private mutating func publishPositions() {
        for position in committer.committed {
            if positions[position.partition] == nil {
                if positions.count == ProgressMetrics.partitionLimit { continue }
                positions[position.partition] = Gauge(
                    label: "checkpoint_committed_position", dimensions: labels + [("partition", position.partition)],
                    factory: factory)
            }
            positions[position.partition]?.record(position.offset)
        }
    }

    private mutating func record(_ label: String, _ place: WritableKeyPath<Self, Gauge?>, _ value: Duration) {
        let gauge = self[keyPath: place] ?? Gauge(label: label, dimensions: labels, factory: factory)
        self[keyPath: place] = gauge
        gauge.record(value.inSeconds)
    }
}

extension Duration {
    /// The duration in seconds, with their fraction.
    fileprivate var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
