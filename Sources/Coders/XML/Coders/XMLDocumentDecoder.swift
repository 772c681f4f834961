public import Connect

extension XML {
    /// Documents from bytes that must be XML 1.0, each a whole document; nothing is repaired.
    ///
    /// A document may have a byte order mark, and be in UTF-8, UTF-16 or an encoding of bytes that its declaration names. One
    /// with a `<!DOCTYPE` is refused unless the limits say otherwise; nothing outside of a document is ever read. A prefix
    /// that is declared nowhere is taken as a part of the name.
    public struct DocumentDecoder: Coder {
        /// What it takes.
        public typealias Input = Bytes
        /// What it gives.
        public typealias Output = Document

        /// How large a document may be.
        public var limits: Limits

        /// A decoder of documents.
        ///
        /// - Parameter limits: how large a document may be
        public init(limits: Limits = Limits()) {
            self.limits = limits
        }

        /// `XML-DECODE`
        public var name: String { "XML-DECODE" }

        /// Makes the instance of a worker, with the one parser that all its documents use.
        ///
        /// - Throws: `CoderError` where the limits are out of their ranges
        public func makeInstance() throws -> Instance { Instance(parser: try XMLParser(limits, coder: name)) }

        /// Decodes for one worker.
        public struct Instance: CoderInstance {
            let parser: XMLParser

            /// The document that bytes hold.
            ///
            /// - Throws: `CoderError` where they are not well-formed (`malformed`), end too early (`truncated`) or are
            ///   beyond a limit (`limitExceeded`), with the offset of the mistake where it is known
            public mutating func convert(_ input: Bytes) throws -> Document { try parser.document(input) }
        }
    }
}
