public import CoreMetrics
public import Logging

/// How a pipeline is run, apart from what it does.
public struct RunOptions: Sendable {
    /// Keeps the positions of sources without a store of their own. By default memory: a restart begins anew.
    public var checkpoints: any CheckpointStore
    /// How often finished positions are committed.
    public var checkpointEvery: Duration
    /// How long a drain may take after a stop was asked for; past it the run ends at once.
    public var shutdownTimeout: Duration
    /// After what time the run stops as though it had been asked to; nil lets it go on.
    public var stopAfter: Duration?
    /// At what time of day the run stops as though it had been asked to; nil lets it go on. Where the clock is set, the
    /// stop follows within `checkpointEvery`.
    public var stopAt: EventTime?
    /// How long nothing may move while elements are under way before a report is logged, and how long nothing may be
    /// committed then before ``RunStatus/stall`` tells why; nil never.
    public var stallTimeout: Duration?
    /// Where the run logs: its start and end at info, trouble above, nothing else in normal operation.
    public var logger: Logger
    /// Where the run's metrics go; nil is the metrics system that the program has set up. Without one nothing is measured.
    public var metrics: (any MetricsFactory)?
    /// Threads and time.
    public var scheduler: any Scheduler
    /// Where the sink writes in transactions: how many may be aborted one after the other, with none committed between them,
    /// before the run fails. After each the run goes back to the last one that was committed.
    public var abortedTransactionLimit = 10
    /// How many elements a batch has at most: 1 ... 65,536. Slow work gets fewer at a time all the same.
    public var batchCapacity: Int
    /// Whether it is noted which elements are done; only for measuring what that costs. Without it nothing is ever
    /// committed, and a restart begins anew.
    public var acknowledgements = true
    /// Whether what is done is committed at once, beside the intervals; for sources that pass commits on.
    package var commitsAtOnce = false

    /// The usual way to run a pipeline.
    public init(
        checkpoints: any CheckpointStore = MemoryCheckpointStore(), checkpointEvery: Duration = .milliseconds(250),
        shutdownTimeout: Duration = .seconds(30), stallTimeout: Duration? = nil,
        logger: Logger = Logger(label: "connect"), scheduler: any Scheduler = SystemScheduler.shared,
        batchCapacity: Int = 4096, metrics: (any MetricsFactory)? = nil
    ) {
        self.checkpoints = checkpoints
        self.checkpointEvery = checkpointEvery
        self.shutdownTimeout = shutdownTimeout
        self.stallTimeout = stallTimeout
        self.logger = logger
        self.scheduler = scheduler
        self.metrics = metrics
        self.batchCapacity = min(max(1, batchCapacity), 65_536)
    }
}
