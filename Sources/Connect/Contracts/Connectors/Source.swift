/// Where elements come from. A source is a description; the runtime makes one reader of it per run.
public protocol Source<Element>: Sendable {
    /// What the source gives.
    associatedtype Element: Sendable
    /// What does the work of one run, on one thread.
    associatedtype Reader: SourceReader<Element>

    /// What the plan must know of the source.
    var descriptor: SourceDescriptor { get }

    /// Makes the reader of a run; called on the thread that owns it. Opens nothing yet.
    func makeReader() throws -> Reader
}

/// What the plan must know of a source.
public struct SourceDescriptor: Sendable, Hashable {
    /// Who keeps the positions that are committed.
    public enum Resumption: Sendable, Hashable {
        /// The run's ``CheckpointStore``.
        case checkpointStore
        /// The source's own side, through ``SourceReader/makeCommitter()``.
        case source
        /// Nobody: a restart begins anew, or what was read is gone.
        case none
    }

    /// The kind of source, for example `FileSource`; also the default name of its stage.
    public var kind: String
    /// What it reads; with the kind, the identity of its checkpoints. Never a secret.
    public var origin: String
    /// Whether it ends by itself.
    public var isBounded: Bool
    /// Who keeps the positions that are committed.
    public var resumption: Resumption
    /// Whether its client must be served while its elements wait for room, so that it never shares its thread.
    public var hasDuties: Bool
    /// Whether it acknowledges single messages instead of positions.
    public var acknowledgesElements: Bool
    /// Whether its client keeps a queue of its own in memory, which gets a share of the pipeline's
    /// (``SourceContext/memory``).
    public var hasQueue: Bool
    /// Whether several instances can read it at the same time, each a share of it; other sources are read by one.
    public var isShared: Bool
    /// Names where its positions can be committed in a transaction, for example a cluster: a sink of the same domain then
    /// commits them together with its output. nil where they cannot. ``resumption`` is ``Resumption/source`` then.
    public var transactionDomain: String?

    /// What the plan must know of a source.
    public init(
        kind: String, origin: String = "", isBounded: Bool, resumption: Resumption = .checkpointStore,
        hasDuties: Bool = false, acknowledgesElements: Bool = false, hasQueue: Bool = false, isShared: Bool = false,
        transactionDomain: String? = nil
    ) {
        self.kind = kind
        self.origin = origin
        self.isBounded = isBounded
        self.resumption = resumption
        self.hasDuties = hasDuties
        self.acknowledgesElements = acknowledgesElements
        self.hasQueue = hasQueue
        self.isShared = isShared
        self.transactionDomain = transactionDomain
    }
}

/// What a poll brought.
public enum SourcePoll: Sendable, Hashable {
    /// There may be more at once; the batch may have elements or not.
    case ready
    /// Nothing more is at hand; the next poll waits.
    case idle
    /// The source has ended; the batch may still have its last elements.
    case ended
}

/// Reads the elements of one run. All calls come from one thread: `open`, any number of `poll`, `close`.
public protocol SourceReader<Element> {
    /// What the reader gives.
    associatedtype Element: Sendable

    /// Opens what is read, at the positions to go on from.
    ///
    /// - Throws: where it cannot be opened; the run ends without having read anything
    mutating func open(_ context: SourceContext) throws

    /// Reads what is at hand into the batch, up to its room, and returns. With nothing at hand it waits, until
    /// something comes, the deadline passes or ``SourceContext/interrupt`` is raised.
    ///
    /// - Throws: where reading failed; what the batch holds by then is still delivered
    mutating func poll(into batch: inout SourceBatch<Element>, deadline: MonotonicTime) throws -> SourcePoll

    /// Does what the client must do while elements of the last poll wait for room, and behind the last poll while they
    /// go to their end; called only for sources that have duties (``SourceDescriptor/hasDuties``), beside `poll`. What
    /// fails is for the next poll to throw, if there is one.
    ///
    /// A partition that is given up in here while elements wait for room is not waited for: what is done of it is
    /// committed, the rest comes again.
    ///
    /// - Returns: when it wants to be called again at the latest; nil where it does not
    mutating func service(now: MonotonicTime) -> MonotonicTime?

    /// What commits positions on the source's own side; asked for once, after `open`.
    ///
    /// - Returns: nil where the run's checkpoint store keeps the positions
    func makeCommitter() -> (any PositionCommitter)?

    /// Closes what was opened. Everything that will be committed has been.
    mutating func close()
}

extension SourceReader {
    /// Nothing to open.
    public mutating func open(_ context: SourceContext) throws {}
    /// Nothing to do meanwhile.
    public mutating func service(now: MonotonicTime) -> MonotonicTime? { nil }
    /// The checkpoint store keeps the positions.
    public func makeCommitter() -> (any PositionCommitter)? { nil }
    /// Nothing to close.
    public mutating func close() {}
}

/// Commits on the source's own side. Called from the committer's thread, one call at a time, beside the flow.
public protocol PositionCommitter: Sendable {
    /// Makes positions durable: below each, every element is done.
    ///
    /// - Throws: where it failed; the commit is tried again, then the pipeline stops. What it throws as
    ///   ``ConnectorError/Code/takenAway`` is left to the next owner instead
    func commit(_ positions: [Position]) throws

    /// Ends single messages; called for sources that acknowledge elements.
    func end(_ elements: [ElementEnd]) throws
}

extension PositionCommitter {
    /// Positions are not kept.
    public func commit(_ positions: [Position]) throws {}
    /// Single messages are not acknowledged.
    public func end(_ elements: [ElementEnd]) throws {}
}

/// How a single message ended.
public struct ElementEnd: Sendable, Hashable {
    /// The message.
    public var position: Position
    /// How it ended.
    public var status: AckStatus

    /// How a single message ended.
    public init(position: Position, status: AckStatus) {
        self.position = position
        self.status = status
    }
}
