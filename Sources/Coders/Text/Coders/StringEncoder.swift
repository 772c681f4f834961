public import Connect

/// The UTF-8 encoding of text (RFC 3629).
public struct StringEncoder: Coder {
    /// What it takes.
    public typealias Input = String
    /// What it gives.
    public typealias Output = Bytes

    /// An encoder to UTF-8.
    public init() {}

    /// `STRING-ENCODE`
    public var name: String { "STRING-ENCODE" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance() }

    /// Encodes for one worker.
    public struct Instance: CoderInstance {
        /// The bytes of a text.
        public mutating func convert(_ input: String) -> Bytes { Bytes(input) }
    }
}
