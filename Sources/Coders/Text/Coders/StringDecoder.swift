public import Connect

/// Text from bytes that must be valid UTF-8 (RFC 3629); nothing is repaired.
public struct StringDecoder: Coder {
    /// What it takes.
    public typealias Input = Bytes
    /// What it gives.
    public typealias Output = String

    /// A decoder of strict UTF-8.
    public init() {}

    /// `STRING-DECODE`
    public var name: String { "STRING-DECODE" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance(name: name) }

    /// Decodes for one worker.
    public struct Instance: CoderInstance {
        let name: String

        /// The text that bytes hold.
        ///
        /// - Throws: `CoderError` (`malformed`) with the offset of the first byte that does not begin a valid
        ///   sequence: overlong forms, surrogates and values above U+10FFFF are not valid either
        public mutating func convert(_ input: Bytes) throws -> String {
            if let text = String(validating: input) { return text }
            let offset = input.withUnsafeBytes { validPrefix(of: $0) }
            throw CoderError(
                .malformed, coder: name, offset: Int64(offset),
                "byte \(offset) of \(input.count) does not begin a valid UTF-8 sequence; keep the data as Bytes if they "
                    + "are not text, convert them to UTF-8 before, or choose by onError what becomes of such an element"
            )
        }
    }
}

/// How many bytes at the beginning are valid UTF-8; the slow way, for errors.
private func validPrefix(of bytes: UnsafeRawBufferPointer) -> Int {
    var parser = UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    var valid = 0
    while case .valid(let scalar) = parser.parseScalar(from: &rest) { valid += scalar.count }
    return valid
}
