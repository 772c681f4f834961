public import Connect
import Synchronization

/// Keeps checkpoints in memory and records every call; fails on command.
public final class RecordingCheckpointStore: CheckpointStore {
    private struct State: Sendable {
        var checkpoint: Checkpoint?
        var saves: [Checkpoint] = []
        var opens = 0
        var closes = 0
        var failures = 0
        var failed = 0
        var openError: (any Error)?
    }

    private let state: Mutex<State>
    private let onSave: @Sendable (Checkpoint) -> Void

    /// A store.
    ///
    /// - Parameters:
    ///   - checkpoint: what an earlier run has left; nil is a first run
    ///   - onSave: told every checkpoint that is saved, in order
    public init(_ checkpoint: Checkpoint? = nil, onSave: @escaping @Sendable (Checkpoint) -> Void = { _ in }) {
        self.onSave = onSave
        state = Mutex(State(checkpoint: checkpoint))
    }

    /// What was saved last, or given at the start.
    public var checkpoint: Checkpoint? { state.withLock { $0.checkpoint } }
    /// Every checkpoint that was saved, in order.
    public var saves: [Checkpoint] { state.withLock { $0.saves } }
    /// How often it was opened.
    public var opens: Int { state.withLock { $0.opens } }
    /// How often it was closed.
    public var closes: Int { state.withLock { $0.closes } }
    /// How many saves have failed on command.
    public var failed: Int { state.withLock { $0.failed } }

    /// Lets the next saves fail.
    ///
    /// - Parameter count: how many, at least 0
    public func failNext(_ count: Int) {
        state.withLock { $0.failures = count }
    }

    /// Lets every opening fail with an error; nil lets it succeed again.
    public func failOpening(with error: (any Error)?) {
        state.withLock { $0.openError = error }
    }

    /// Gives the checkpoint.
    ///
    /// - Throws: the error given to ``failOpening(with:)``
    public func open(pipeline: String) throws -> Checkpoint? {
        try state.withLock { state in
            state.opens += 1
            if let error = state.openError { throw error }
            return state.checkpoint
        }
    }

    /// Keeps and records a checkpoint.
    ///
    /// - Throws: a `ConnectorError` where it was told to fail
    public func save(_ checkpoint: Checkpoint) throws {
        try state.withLock { state in
            if state.failures > 0 {
                state.failures -= 1
                state.failed += 1
                throw ConnectorError(.inputOutput, "the save fails because the test asked for it")
            }
            state.checkpoint = checkpoint
            state.saves.append(checkpoint)
        }
        onSave(checkpoint)
    }

    /// Counts the call.
    public func close() {
        state.withLock { $0.closes += 1 }
    }
}
