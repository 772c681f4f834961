public import Connect

extension XML {
    /// The bytes of documents, in UTF-8.
    public struct DocumentEncoder: Coder {
        /// What it takes.
        public typealias Input = Document
        /// What it gives.
        public typealias Output = Bytes

        /// How a document is written.
        public var form: Form

        /// An encoder of documents.
        ///
        /// - Parameter form: how a document is written
        public init(_ form: Form = .plain) {
            self.form = form
        }

        /// `XML-ENCODE`
        public var name: String { "XML-ENCODE" }

        /// Makes the instance of a worker.
        public func makeInstance() -> Instance { Instance(form: form) }

        /// Encodes for one worker.
        public struct Instance: CoderInstance {
            let form: Form

            /// The text of a document.
            public mutating func convert(_ input: Document) -> Bytes { input.bytes(form) }
        }
    }
}
