public import Connect

/// Documents from bytes that must be JSON (RFC 8259), each a whole document; nothing is repaired.
///
/// Also refused are a byte order mark, bytes that are not UTF-8, and escapes of half a surrogate pair, which are no
/// character. Members of the same name are taken, and the last of them counts.
public struct JSONDocumentDecoder: Coder {
    /// What it takes.
    public typealias Input = Bytes
    /// What it gives.
    public typealias Output = JSONDocument

    /// How large a document may be.
    public var limits: JSONLimits

    /// A decoder of documents.
    ///
    /// - Parameter limits: how large a document may be
    public init(limits: JSONLimits = JSONLimits()) {
        self.limits = limits
    }

    /// `JSON-DECODE`
    public var name: String { "JSON-DECODE" }

    /// Makes the instance of a worker, with the one parser that all its documents use.
    ///
    /// - Throws: `CoderError` where the limits are out of their ranges
    public func makeInstance() throws -> Instance { Instance(parser: try JSONParser(limits, coder: name)) }

    /// Decodes for one worker.
    public struct Instance: CoderInstance {
        let parser: JSONParser

        /// The document that bytes hold; it shares their memory.
        ///
        /// - Throws: `CoderError` where they are not JSON (`malformed`), end too early (`truncated`) or are beyond a limit
        ///   (`limitExceeded`), with the offset of the first byte that is wrong
        public mutating func convert(_ input: Bytes) throws -> JSONDocument { try parser.document(input) }
    }
}
