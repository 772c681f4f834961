import Synchronization

/// Keeps checkpoints in memory: several runs of one process can go on from each other, a restart of the process begins
/// anew.
public final class MemoryCheckpointStore: CheckpointStore {
    private let checkpoints = Mutex<[String: Checkpoint]>([:])

    /// A store without checkpoints.
    public init() {}

    /// The checkpoint that was saved last for a pipeline.
    public func checkpoint(of pipeline: String) -> Checkpoint? {
        checkpoints.withLock { $0[pipeline] }
    }

    /// Reads the pipeline's checkpoint.
    public func open(pipeline: String) throws -> Checkpoint? {
        checkpoint(of: pipeline)
    }

    /// Keeps a checkpoint in the place of the last one.
    public func save(_ checkpoint: Checkpoint) throws {
        checkpoints.withLock { $0[checkpoint.pipeline] = checkpoint }
    }

    /// Nothing to let go of.
    public func close() {}
}
