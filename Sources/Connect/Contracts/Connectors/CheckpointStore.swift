/// Keeps the positions of sources that have no store of their own, and the state of durable folds.
///
/// Calls come from one thread at a time.
public protocol CheckpointStore: Sendable {
    /// Takes hold of the pipeline's checkpoint and reads it.
    ///
    /// - Parameter pipeline: the name that the checkpoint belongs to
    /// - Returns: what was stored last; nil on a first run
    /// - Throws: where it is damaged, belongs to another pipeline, is newer than this version or held by another
    ///   process; it is never taken for a first run
    func open(pipeline: String) throws -> Checkpoint?

    /// Stores a checkpoint in the place of the last one: after a crash at any moment one of the two is there, whole.
    func save(_ checkpoint: Checkpoint) throws

    /// Lets go of the checkpoint.
    func close()
}

/// Where the sources of a pipeline stand and what its durable folds hold.
public struct Checkpoint: Sendable, Hashable {
    /// The pipeline's name.
    public var pipeline: String
    /// The positions of each source stage, by the stage's identity.
    public var positions: [String: [Position]]
    /// The state of each durable fold, by the stage's name, as one line of text.
    public var states: [String: String]

    /// A checkpoint.
    public init(pipeline: String, positions: [String: [Position]] = [:], states: [String: String] = [:]) {
        self.pipeline = pipeline
        self.positions = positions
        self.states = states
    }
}
