public import Connect

/// The bytes of documents.
public struct JSONDocumentEncoder: Coder {
    /// What it takes.
    public typealias Input = JSONDocument
    /// What it gives.
    public typealias Output = Bytes

    /// How a document is written.
    public enum Form: Sendable, Hashable {
        /// As it came, without white space between its tokens where it would be more than one line.
        case onOneLine
        /// As it came.
        case asItCame
        /// Without white space between its tokens.
        case compact
    }

    /// How a document is written.
    public var form: Form

    /// An encoder of documents.
    ///
    /// - Parameter form: how a document is written
    public init(_ form: Form = .onOneLine) {
        self.form = form
    }

    /// `JSON-ENCODE`
    public var name: String { "JSON-ENCODE" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance(form: form) }

    /// Encodes for one worker.
    public struct Instance: CoderInstance {
        let form: Form

        /// The text of a document.
        public mutating func convert(_ input: JSONDocument) -> Bytes {
            switch form {
            case .onOneLine: input.bytes.withUnsafeBytes { JSONParser.onOneLine($0) } ?? input.bytes
            case .asItCame: input.bytes
            case .compact: input.compacted
            }
        }
    }
}
