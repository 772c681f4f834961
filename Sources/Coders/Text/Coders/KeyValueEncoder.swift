public import Connect

/// A message of bytes: they become its value; it has no key, no headers and no timestamp.
public struct KeyValueEncoder: Coder {
    /// What it takes.
    public typealias Input = Bytes
    /// What it gives.
    public typealias Output = KeyValue

    /// An encoder of values without keys.
    public init() {}

    /// `KEYVALUE-ENCODE`
    public var name: String { "KEYVALUE-ENCODE" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance() }

    /// Encodes for one worker.
    public struct Instance: CoderInstance {
        /// The message whose value the bytes are.
        public mutating func convert(_ input: Bytes) -> KeyValue { KeyValue(value: input) }
    }
}
