public import Logging

/// What a reader is told when it is opened, and what it may ask of the run.
public struct SourceContext: Sendable {
    /// The pipeline's name.
    public var pipeline: String
    /// The stage's name.
    public var stage: String
    /// Where to go on, per partition; empty on a first run. Partitions that are not named start from the beginning.
    public var positions: [Position]
    /// Threads and time of the run.
    public var scheduler: any Scheduler
    /// Raised when the run wants no more elements; a waiting poll then returns.
    public var interrupt: Interrupt
    /// For what an operator should know; nothing in normal operation.
    public var logger: Logger
    /// The partitions of the run.
    public var partitions: any PartitionRegistry
    /// Where the reader may say how far it has come.
    public var progress: SourceProgress
    /// Where the run's metrics go; nil where nobody listens.
    public var metrics: ConnectorMetrics?
    /// How many bytes the queue of the reader's client may take; nil where the pipeline's memory is not bounded.
    public var memory: Int?
    /// What the source and the sink of the run hand each other.
    public var exchange: RunExchange
    /// Whether the sink commits the positions, in the transaction of its output. The reader's own committer is then not used.
    public var positionsAreCommittedBySink: Bool

    /// What a reader is told when it is opened.
    public init(
        pipeline: String, stage: String, positions: [Position], scheduler: any Scheduler, interrupt: Interrupt,
        logger: Logger, partitions: any PartitionRegistry, progress: SourceProgress = SourceProgress(),
        metrics: ConnectorMetrics? = nil, memory: Int? = nil, exchange: RunExchange = RunExchange(),
        positionsAreCommittedBySink: Bool = false
    ) {
        self.pipeline = pipeline
        self.stage = stage
        self.positions = positions
        self.scheduler = scheduler
        self.interrupt = interrupt
        self.logger = logger
        self.partitions = partitions
        self.progress = progress
        self.metrics = metrics
        self.memory = memory
        self.exchange = exchange
        self.positionsAreCommittedBySink = positionsAreCommittedBySink
    }

    /// Where to go on in a partition; nil is its beginning.
    public func position(in partition: String) -> Position? {
        positions.first { $0.partition == partition }
    }
}

/// Gives numbers to the partitions of a source, and takes partitions away from the run.
public protocol PartitionRegistry: Sendable {
    /// The number of a partition; the same name has the same number until it is revoked.
    ///
    /// - Parameters:
    ///   - name: the partition's name in checkpoints
    ///   - detail: stored beside its positions
    /// - Returns: the number to append elements with
    func partition(named name: String, detail: String) -> PartitionID

    /// The name of a partition, for messages and for choices by name.
    ///
    /// - Returns: nil where the number was never given, or its partition was revoked
    func name(of partition: PartitionID) -> String?

    /// Gives a partition up: what is in flight of it is drained, at most for a while, and committed; after the call
    /// nothing of it is ever committed again.
    ///
    /// Where the sink commits the positions, what could not be drained is in its open transaction: that one is then
    /// aborted, and the run goes back to the last one.
    ///
    /// - Parameters:
    ///   - name: the partition
    ///   - timeout: how long to wait for what is in flight; zero abandons it at once
    /// - Returns: whether everything in flight was done and committed
    func revoke(_ name: String, timeout: Duration) -> Bool

    /// Gives several partitions up at once, as ``revoke(_:timeout:)-(String,_)`` does each.
    ///
    /// - Parameters:
    ///   - names: the partitions
    ///   - timeout: how long to wait for what is in flight of all of them; zero abandons it at once
    /// - Returns: whether everything in flight was done and committed
    func revoke(_ names: [String], timeout: Duration) -> Bool

    /// Begins a partition anew under its name, because what it names was replaced: a log file that was rotated.
    ///
    /// Everything of the earlier one has been given out and still counts: nothing of the new one is committed before
    /// all of the earlier one is done, or given up.
    ///
    /// - Parameters:
    ///   - name: the partition, which need not have had a number in this run
    ///   - detail: stored beside its positions from now on
    /// - Returns: its new number; positions may start from 0 again
    func renew(_ name: String, detail: String) -> PartitionID
}

extension PartitionRegistry {
    /// The number of a partition without a detail.
    public func partition(named name: String) -> PartitionID {
        partition(named: name, detail: "")
    }

    /// Gives one up after the other.
    public func revoke(_ names: [String], timeout: Duration) -> Bool {
        names.reduce(true) { revoke($1, timeout: timeout) && $0 }
    }

    /// Waits until everything of the earlier one is done, half a minute at most, and gives the rest up.
    public func renew(_ name: String, detail: String) -> PartitionID {
        _ = revoke(name, timeout: .seconds(30))
        return partition(named: name, detail: detail)
    }
}
