/// What the run offers to the instances of its stages.
@usableFromInline
protocol RunServices: AnyObject, Sendable {
    /// The pipeline's name.
    var pipeline: String { get }
    /// Threads and time.
    var scheduler: any Scheduler { get }
    /// Waits until a time.
    ///
    /// - Returns: false where the run is to end at once, without a drain
    func sleep(until deadline: MonotonicTime) -> Bool
    /// Notes a failure whose turn has come.
    func report(_ failure: StageFailure)
    /// What the source and the sink hand each other.
    var exchange: RunExchange { get }
    /// Keeps what stages remember, where the sink writes in transactions; else nil.
    var rollback: (any StageRollback)? { get }
    /// Whether the run is to end with an error.
    var hasFailed: Bool { get }
    /// Whether the run is to go on later: its end is not that of the source.
    var isSuspended: Bool { get }
    /// Hands a dead letter to the sink of a stage; the sink holds the token until it has confirmed the letter.
    func write(_ letter: DeadLetter, ofStage number: Int, token: AckToken?, origin: Int) throws(Interruption)
    /// The state of a durable fold as it was stored before this run.
    func restoredState(of stage: String) -> String?
    /// Stores the state of a durable fold with a commit, once everything that came before it is done.
    func store(_ snapshot: FoldSnapshot)
    /// How often finished positions are committed.
    var checkpointEvery: Duration { get }
}
