public import Connect
import Synchronization

/// A source that does what a script says, step by step, and keeps a log of it.
///
/// ```swift
/// let source = ScriptedSource<Int>([
///     .elements([1, 2, 3]), .wait(.milliseconds(5)), .elements([4], partition: "b"), .revoke("b", timeout: .zero),
/// ])
/// ```
///
/// The script begins anew in every run; elements below the positions that a run starts from are left out, so that
/// restarts can be tested. Waits are waits of the run's scheduler: virtual ones in a simulation.
public struct ScriptedSource<Element: Sendable>: Source {
    /// One step of a script.
    public enum Step: Sendable {
        /// Gives elements of a partition, numbered one by one; `from` is the number of the first, by default the one
        /// behind the partition's last. A number left out makes a gap, as in a compacted topic.
        case elements([Element], partition: String = "0", from: Int64? = nil)
        /// Says that nothing more is at hand.
        case idle
        /// Waits, longer than zero; timers of the stages behind go off meanwhile.
        case wait(Duration)
        /// Fails to read.
        case fail(any Error)
        /// Gives a partition up, as in a rebalance; waits at most that long for what is in flight. Elements of it in
        /// later steps belong to a new assignment.
        case revoke(String, timeout: Duration)
        /// Says that a partition has come to its end.
        case complete(String)
        /// Ends, also a source that is not bounded.
        case end
    }

    /// What the source did in all its runs.
    public let log: SourceLog<Element>
    /// What the plan is told.
    public let descriptor: SourceDescriptor
    let script: [Step]
    let commits: CommitLog?

    /// A source of a script.
    ///
    /// - Parameters:
    ///   - script: the steps of every run
    ///   - isBounded: whether it ends behind the last step; otherwise it waits there until it is interrupted
    ///   - hasDuties: whether it wants a thread of its own
    ///   - acknowledgesElements: whether single messages are acknowledged; needs `commits`
    ///   - commits: keeps the positions on the source's own side; nil leaves them to the run's checkpoint store
    ///   - onRevoke: told each revocation when it has returned
    public init(
        _ script: [Step], isBounded: Bool = true, hasDuties: Bool = false, acknowledgesElements: Bool = false,
        commits: CommitLog? = nil,
        onRevoke: @escaping @Sendable (SourceLog<Element>.Revocation) -> Void = { _ in }
    ) {
        log = SourceLog(onRevoke: onRevoke)
        self.script = script
        self.commits = commits
        descriptor = SourceDescriptor(
            kind: "ScriptedSource", isBounded: isBounded, resumption: commits == nil ? .checkpointStore : .source,
            hasDuties: hasDuties, acknowledgesElements: acknowledgesElements)
    }

    /// Makes a reader that begins with the first step.
    public func makeReader() -> ScriptedReader<Element> {
        ScriptedReader(script: script, isBounded: descriptor.isBounded, log: log, commits: commits)
    }
}
