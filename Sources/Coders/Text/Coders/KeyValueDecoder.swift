public import Connect

/// The value of a message; its key, headers and timestamp are left behind.
///
/// A message without a value (a tombstone, which means "deleted") is not the same as one with an empty value, so it is
/// an error unless it is to be taken for one.
public struct KeyValueDecoder: Coder {
    /// What it takes.
    public typealias Input = KeyValue
    /// What it gives.
    public typealias Output = Bytes

    /// What becomes of a message without a value.
    public enum Tombstones: Sendable, Hashable {
        /// It is an error.
        case fail
        /// It is taken for one with an empty value.
        case empty
    }

    /// What becomes of a message without a value.
    public var tombstones: Tombstones

    /// A decoder of values.
    ///
    /// - Parameter tombstones: what becomes of a message without a value
    public init(tombstones: Tombstones = .fail) {
        self.tombstones = tombstones
    }

    /// `KEYVALUE-DECODE`
    public var name: String { "KEYVALUE-DECODE" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance(name: name, tombstones: tombstones) }

    /// Decodes for one worker.
    public struct Instance: CoderInstance {
        let name: String
        let tombstones: Tombstones

        /// The value of a message.
        ///
        /// - Throws: `CoderError` (`malformed`) where it has none
        public mutating func convert(_ input: KeyValue) throws -> Bytes {
            if let value = input.value { return value }
            if tombstones == .empty { return Bytes() }
            throw CoderError(
                .malformed, coder: name,
                "the message has no value (a tombstone), and bytes cannot say so; remove such messages by "
                    + "filter { $0.value != nil }, work on KeyValue, or use KeyValueDecoder(tombstones: .empty)")
        }
    }
}
