/// How a run stands at a moment.
public struct RunStatus: Sendable, Hashable {
    /// How far a run has come.
    public enum Phase: String, Sendable, Hashable, CaseIterable {
        /// Stages are built, sinks and the source are opened.
        case starting
        /// The source is read.
        case running
        /// The source is read no more; what is under way goes to its end.
        case draining
        /// Everything has ended.
        case ended
    }

    /// What one stage has done so far.
    public struct Stage: Sendable, Hashable {
        /// What kind of stage it is.
        public enum Kind: String, Sendable, Hashable, CaseIterable {
            case source, transform, sink
        }

        /// The stage's name.
        public var name: String
        /// What kind of stage it is.
        public var kind: Kind
        /// What it is, as listings show it: `FileSource`, `map`.
        public var type: String
        /// The number of its segment in the plan, from 1: stages of one segment run on the same threads.
        public var segment: Int
        /// Elements that came in; of a source, elements read.
        public var received: Int
        /// Elements that went out; of a sink, elements written.
        public var sent: Int
        /// Bytes of what came in; what has bytes of its own number is counted only where the run is measured.
        public var receivedBytes: Int
        /// Bytes of what went out, likewise.
        public var sentBytes: Int
        /// Elements at which it threw; of a source or a sink, its failures.
        public var errors: Int
    }

    /// What waits before stages that run on the same threads, and how busy those are.
    public struct Segment: Sendable, Hashable {
        /// Its number in the plan, from 1.
        public var number: Int
        /// How many threads work on it.
        public var threads: Int
        /// How many elements may be under way in it, where the pipeline says so.
        public var buffer: Int?
        /// Elements that wait at its entry or are in its threads' hands; 0 for that of the source.
        public var waiting: Int
        /// Bytes of them.
        public var waitingBytes: Int
        /// How long its threads have been busy, all together.
        public var busy: Duration
    }

    /// Why nothing has been committed for too long.
    public struct Stall: Sendable, Hashable {
        /// The stage that holds the line.
        public var stage: String
        /// The oldest element that is not done; nil where its partition has been given up.
        public var position: Position?
        /// How long nothing has been committed, or has moved where nothing is committed before the end.
        public var age: Duration
        /// What the stage waits for, in words.
        public var reason: String
    }

    /// The pipeline's name.
    public var pipeline: String
    /// The hash of its plan.
    public var plan: String
    /// How far the run has come.
    public var phase: Phase
    /// How long ago it began.
    public var elapsed: Duration
    /// What each stage has done, in the order of the chain; without what cuts and converts for the source.
    public var stages: [Stage]
    /// What waits where, in the order of the chain.
    public var segments: [Segment]
    /// Whether the source ends by itself.
    public var isBounded: Bool
    /// How far the source has come, where it knows. Where it does not end by itself the total grows.
    public var progress: SourceProgress.Extent?
    /// How old the latest element was when it was read, where the source gives event times.
    public var lag: Duration?
    /// Batches of the source that are not done.
    public var batchesUnderWay: Int
    /// The oldest element that is not done; nil where all are.
    public var oldest: Position?
    /// How long ago it was read; zero where all are done.
    public var oldestAge: Duration
    /// How many commits have moved something.
    public var commits: Int
    /// How many commits have failed.
    public var failedCommits: Int
    /// When the last commit was made that moved something; nil before the first.
    public var lastCommit: EventTime?
    /// Whether nothing can be committed before the run ends, because a sink confirms, or a fold emits, only then.
    public var commitsOnlyAtEnd: Bool
    /// The positions committed last, at most 100, by partition.
    public var committed: [Position]
    /// Why nothing is committed though something is under way, for longer than ``RunOptions/stallTimeout``; else nil.
    /// Where nothing is committed before the end: why nothing moves, as seen between one look at the status and the next.
    public var stall: Stall?

    /// Whether the run does what it is there for: it runs, and it commits, unless nothing is under way or there is
    /// nothing to commit before the end.
    public var isReady: Bool {
        phase == .running && (batchesUnderWay == 0 || commits > 0 || commitsOnlyAtEnd) && stall == nil
    }
}

extension RunStatus {
    /// Before anything is built, or where nothing could be.
    package init(of plan: Plan, hasEnded: Bool = false) {
        self.init(
            pipeline: plan.pipeline, plan: plan.hash, phase: hasEnded ? .ended : .starting, elapsed: .zero, stages: [],
            segments: [], isBounded: plan.source?.isBounded ?? true, batchesUnderWay: 0, oldestAge: .zero, commits: 0,
            failedCommits: 0,
            commitsOnlyAtEnd: plan.commitsOnlyAtEnd, committed: [])
    }
}
