import Synchronization

/// What a run did.
///
/// Where transactions were aborted, what was read, worked on and written again after that counts again; what is committed,
/// by ``committed`` and ``commits``, does not.
public struct RunReport: Sendable {
    /// What one stage did.
    public struct Stage: Sendable, Hashable {
        /// The stage's name.
        public var name: String
        /// Elements that came in.
        public var received: Int
        /// Elements that went out; for a sink, elements written.
        public var sent: Int
        /// Elements at which it threw; of a source or a sink, its failures.
        public var errors: Int
        /// Elements left out by `.skip`.
        public var skipped: Int
        /// Elements written as dead letters.
        public var deadLetters: Int
        /// Repetitions by `.retry`.
        public var retries: Int
        /// Flushes or emissions that a trigger or the end brought about.
        public var triggered: Int
        /// Flushes because the sink had no more room.
        public var pressed: Int
    }

    /// The pipeline's name.
    public let pipeline: String
    /// What each stage did, in the order of the chain.
    public let stages: [Stage]
    /// How long the run took.
    public let duration: Duration
    /// The positions committed last.
    public let committed: [Position]
    /// How many commits were made.
    public let commits: Int
    /// Whether somebody asked the run to stop.
    public let wasStopped: Bool
    /// How often a transaction was aborted and the run went back to the last one.
    public let abortedTransactions: Int

    init(
        plan: Plan, counters: [StageCounters], duration: Duration, committed: [Position], commits: Int,
        wasStopped: Bool, abortedTransactions: Int
    ) {
        self.abortedTransactions = abortedTransactions
        pipeline = plan.pipeline
        self.duration = duration
        self.committed = committed
        self.commits = commits
        self.wasStopped = wasStopped
        stages = zip(plan.withCoders, counters).map { stage, counters in
            Stage(
                name: stage.name, received: counters.received.load(ordering: .relaxed),
                sent: counters.sent.load(ordering: .relaxed), errors: counters.errors.load(ordering: .relaxed),
                skipped: counters.skipped.load(ordering: .relaxed),
                deadLetters: counters.deadLetters.load(ordering: .relaxed),
                retries: counters.retries.load(ordering: .relaxed), triggered: counters.triggered,
                pressed: counters.flushesByPressure.load(ordering: .relaxed))
        }
    }

    /// Elements that the source gave.
    public var elementsRead: Int { stages.first?.received ?? 0 }

    /// Elements that the sink took.
    public var elementsWritten: Int { stages.last?.sent ?? 0 }

    /// What a stage did; nil where there is none of that name.
    public func stage(_ name: String) -> Stage? {
        stages.first { $0.name == name }
    }
}

extension StageCounters {
    var triggered: Int {
        flushesByCount.load(ordering: .relaxed) + flushesByTime.load(ordering: .relaxed)
            + flushesByBytes.load(ordering: .relaxed) + flushesAtEnd.load(ordering: .relaxed)
    }
}
