public import Connect

/// Joined elements as the bytes that they are together.
public struct JoinedBytesEncoder: Coder {
    /// What it takes.
    public typealias Input = JoinedBytes
    /// What it gives.
    public typealias Output = Bytes

    /// An encoder of joined elements.
    public init() {}

    /// `JOIN`
    public var name: String { "JOIN" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance() }

    /// Encodes for one worker.
    public struct Instance: CoderInstance {
        /// All elements with the separator between them.
        public mutating func convert(_ input: JoinedBytes) -> Bytes { input.bytes }
    }
}
