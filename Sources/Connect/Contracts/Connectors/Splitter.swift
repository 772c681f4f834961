/// Cuts streams into messages, or turns one stream into another: lines, gunzip of a file, records.
///
/// Splitters stand directly behind a source; source and splitters together are the root of the pipeline, where
/// positions are made. They are stateful and see each stream in order.
public protocol Splitter<Output>: Sendable {
    /// What comes out: messages, or again chunks of a stream.
    associatedtype Output: Sendable
    /// What does the work of one run, on the source's thread.
    associatedtype Instance: SplitterInstance<Output>

    /// The name of its stage in the plan, for example `LINES`.
    var name: String { get }

    /// Makes the instance of a run.
    func makeInstance() throws -> Instance
}

/// Splits the streams of one run. Streams may come interleaved; each is known by its partition.
public protocol SplitterInstance<Output> {
    /// What comes out.
    associatedtype Output: Sendable

    /// Told once, before the first chunk: where the output is to go on.
    ///
    /// - Parameters:
    ///   - positions: positions in the output of this splitter
    ///   - partitions: the numbers of the streams
    /// - Returns: where its input must go on so that this is possible
    /// - Throws: where it cannot go on at these positions
    mutating func resume(at positions: [Position], partitions: any PartitionRegistry) throws -> [Position]

    /// Takes the next chunk of a stream. Called only when the last ``pull(into:)`` returned `.needsInput`.
    mutating func push(_ chunk: StreamChunk) throws

    /// Puts what has become whole into the batch, until it is full or more input is needed.
    ///
    /// - Throws: where the input is malformed; what the batch holds by then is still delivered
    mutating func pull(into batch: inout SourceBatch<Output>) throws -> SplitterPull
}

/// How far a splitter came.
public enum SplitterPull: Sendable, Hashable {
    /// Everything taken in has been given out, but for an unfinished rest.
    case needsInput
    /// The batch is full; there is more.
    case batchFull
}
