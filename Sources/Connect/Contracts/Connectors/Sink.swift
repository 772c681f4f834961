public import Logging

/// Where elements leave the pipeline. A sink is a description; the runtime makes one writer of it per run.
public protocol Sink<Input>: Sendable {
    /// What the sink takes.
    associatedtype Input: Sendable
    /// What does the work of one run, on one thread.
    associatedtype Writer: SinkWriter<Input>

    /// What the plan must know of the sink.
    var descriptor: SinkDescriptor { get }

    /// Makes the writer of a run; called on the thread that owns it. Opens nothing yet.
    func makeWriter() throws -> Writer
}

/// What the plan must know of a sink.
public struct SinkDescriptor: Sendable, Hashable {
    /// What confirms that an element is safe.
    public enum Confirmation: Sendable, Hashable {
        /// The return of `write`: nothing is held back (standard output, a file without fsync).
        case write
        /// The return of `flush`: before it, elements are in a buffer.
        case flush
        /// The return of `close(succeeded: true)`: before it, nothing can be seen by others, and after a crash nothing of
        /// it is kept (a file that appears as a whole).
        case close
        /// The other side, later, on any thread, by the ``SinkAcknowledgement`` of each batch.
        case acknowledgement
    }

    /// The kind of sink, for example `StandardOutput`; also the default name of its stage.
    public var kind: String
    /// What it writes to; part of the plan, never a secret.
    public var target: String
    /// What confirms that an element is safe.
    public var confirmation: Confirmation
    /// The most elements it can hold unflushed; it is flushed before (pressure). nil is no limit of its own.
    public var window: Int?
    /// Whether writing may block, so that it gets a thread of its own. Sinks in memory need none.
    public var mayBlock: Bool
    /// Whether an element written again after a restart does not appear twice, because the sink keeps the
    /// source's position beside what it wrote.
    public var isExactlyOnce: Bool
    /// Whether its client keeps a queue of its own in memory, which gets a share of the pipeline's
    /// (``SinkContext/memory``).
    public var hasQueue: Bool
    /// Names where it writes in transactions, for example a cluster; nil where it does not. Its source must be of the same
    /// domain: what was written and the source's positions are committed together, by ``SinkWriter/store(_:)``, which then
    /// is what confirms, whatever ``confirmation`` says.
    public var transactionDomain: String?
    /// Whether it writes to a standard stream of the process, for whoever has called the program: of several instances,
    /// the last one has it.
    public var isStandardStream: Bool

    /// What the plan must know of a sink.
    public init(
        kind: String, target: String = "", confirmation: Confirmation = .write, window: Int? = nil,
        mayBlock: Bool = true, isExactlyOnce: Bool = false, hasQueue: Bool = false, transactionDomain: String? = nil,
        isStandardStream: Bool = false
    ) {
        self.kind = kind
        self.target = target
        self.confirmation = confirmation
        self.window = window
        self.mayBlock = mayBlock
        self.isExactlyOnce = isExactlyOnce
        self.hasQueue = hasQueue
        self.transactionDomain = transactionDomain
        self.isStandardStream = isStandardStream
    }
}

/// Writes the elements of one run. All calls come from one thread, in this order: `open`, any number of `write` and
/// `flush` (and `service` between them), `close`.
public protocol SinkWriter<Input> {
    /// What the writer takes.
    associatedtype Input: Sendable

    /// Opens what is written to.
    ///
    /// - Throws: where it cannot be opened; the run ends without reading anything
    mutating func open(_ context: SinkContext) throws

    /// Writes the elements of a batch, in order.
    ///
    /// - Parameters:
    ///   - batch: read it by index or run of bytes; the runtime empties it afterwards
    ///   - acknowledgement: to be ended by a writer whose confirmation is `.acknowledgement`; others leave it alone
    /// - Throws: where an element could not be written; nothing of the batch counts as written
    mutating func write(_ batch: borrowing Batch<Input>, _ acknowledgement: consuming SinkAcknowledgement) throws

    /// Makes everything written before safe, and returns when it is.
    ///
    /// - Throws: where it could not be made safe
    mutating func flush() throws

    /// Does what the client must do while there is nothing to write, for example polls delivery reports.
    ///
    /// - Returns: when it wants to be called again at the latest; nil where it does not
    mutating func service(now: MonotonicTime) throws -> MonotonicTime?

    /// For sinks that keep the source's positions beside their output: those that go with what is there. Called once,
    /// after `open`; the source then starts from them.
    ///
    /// - Returns: nil where the sink keeps none; an empty list on a first run
    mutating func restoredPositions() throws -> [Position]?

    /// For sinks that keep positions: everything written so far ends with a whole element of the source.
    mutating func markBoundary()

    /// For sinks that keep positions: stores, in one step with the output up to the last boundary, where the source
    /// would go on. Called after `flush`. Partitions that are not named stay where they were stored last.
    ///
    /// A sink that writes in transactions commits the open one with the positions; it may have nothing but the positions.
    ///
    /// - Throws: a ``TransactionAborted`` where nothing of the transaction took effect and the run may go back to the last
    ///   one; anything else ends the run, which must not commit any more then
    mutating func store(_ positions: [Position]) throws

    /// Closes what was opened; called once, also after a failure. Everything was flushed before unless the run failed.
    ///
    /// A sink that writes in transactions aborts the open one here: what was not stored is not to be seen by anybody.
    ///
    /// - Parameter succeeded: whether everything written is to be kept: false only after a failure of this sink
    /// - Throws: where not everything written could be made safe or closed
    mutating func close(succeeded: Bool) throws
}

extension SinkWriter {
    /// Nothing to open.
    public mutating func open(_ context: SinkContext) throws {}
    /// Nothing is held back.
    public mutating func flush() throws {}
    /// Nothing to do meanwhile.
    public mutating func service(now: MonotonicTime) throws -> MonotonicTime? { nil }
    /// Keeps no positions.
    public mutating func restoredPositions() throws -> [Position]? { nil }
    /// Keeps no positions.
    public mutating func markBoundary() {}
    /// Keeps no positions.
    public mutating func store(_ positions: [Position]) throws {}
    /// Nothing to close.
    public mutating func close(succeeded: Bool) throws {}
}

/// What a writer is told when it is opened.
public struct SinkContext: Sendable {
    /// The pipeline's name.
    public var pipeline: String
    /// The stage's name.
    public var stage: String
    /// Threads and time of the run.
    public var scheduler: any Scheduler
    /// Wakes the writer's thread so that `service` is called soon; may be called on any thread.
    public var wake: @Sendable () -> Void
    /// For what an operator should know; nothing in normal operation.
    public var logger: Logger
    /// Where the run's metrics go; nil where nobody listens.
    public var metrics: ConnectorMetrics?
    /// How many bytes the queue of the writer's client may take; nil where the pipeline's memory is not bounded.
    public var memory: Int?
    /// What the source and the sink of the run hand each other.
    public var exchange: RunExchange

    /// What a writer is told when it is opened.
    public init(
        pipeline: String, stage: String, scheduler: any Scheduler, wake: @escaping @Sendable () -> Void = {},
        logger: Logger = Logger(label: "connect"), metrics: ConnectorMetrics? = nil, memory: Int? = nil,
        exchange: RunExchange = RunExchange()
    ) {
        self.pipeline = pipeline
        self.stage = stage
        self.scheduler = scheduler
        self.wake = wake
        self.logger = logger
        self.metrics = metrics
        self.memory = memory
        self.exchange = exchange
    }
}
