public import Connect

extension XML {
    /// An XML document (XML 1.0, namespaces) that was found well-formed: all its nodes in one piece of memory that never
    /// changes, so that any number of threads may look at it.
    ///
    /// ```swift
    /// let order = try XML.Document(parsing: #"<order id="7"><line sku="a"/></order>"#)
    /// order.root["id"]                              // 7
    /// order.first(try XML.Path("order/line"))?["sku"]    // a
    /// ```
    ///
    /// References to characters and entities are resolved, attributes keep their order, elements and attributes their
    /// prefixes; sections of character data, comments and instructions stay what they are. Not kept are the declaration, all
    /// but its `standalone`, and what white space and which quotes stood inside of tags.
    public struct Document: Sendable {
        let words: [UInt64]
        /// What it was parsed from; nothing where it was built.
        let source: Bytes

        init(words: [UInt64], source: Bytes) {
            self.words = words
            self.source = source
        }

        /// Parses a document. The coders do the same with less work for each, since theirs share a parser.
        ///
        /// - Parameters:
        ///   - bytes: all of the document, and nothing else
        ///   - limits: how large it may be
        /// - Throws: `CoderError` where it is not well-formed or beyond a limit
        public init(parsing bytes: Bytes, limits: Limits = Limits()) throws {
            self = try XMLParser(limits, coder: "XML").document(bytes)
        }

        /// The document as a node, from which paths that begin with a slash begin.
        public var node: Node { Node(words: words, index: 0) }

        /// The outermost element.
        public var root: Node { Node(words: words, index: withArena { $0.root }) }

        /// What the declaration said of `standalone`; nil where it said nothing.
        public var isStandalone: Bool? {
            switch words[1] & 3 {
            case 1: false
            case 2: true
            default: nil
            }
        }

        /// The first node at a path; nil where there is none.
        public func first(_ path: Path) -> Node? { node.first(path) }

        /// All nodes at a path, in the order of the document.
        public func all(_ path: Path) -> [Node] { node.all(path) }

        func withArena<Result>(_ body: (XMLArena) throws -> Result) rethrows -> Result {
            try words.withUnsafeBytes { words in
                // A document has two words at least.
                try body(XMLArena(words.baseAddress.unsafelyUnwrapped))
            }
        }
    }
}

extension XMLArena {
    /// The outermost element. There is one: parser and builder see to that.
    var root: Int {
        var index = 1
        while index < count, self[index].kind != XMLRecord.elementKind { index = next(index) }
        return index < count ? index : 0
    }
}

extension XML.Document: Hashable {
    /// Whether two documents say the same with the same prefixes, in the same order.
    public static func == (left: XML.Document, right: XML.Document) -> Bool { left.words == right.words }

    /// Feeds all of the document to a hasher.
    public func hash(into hasher: inout Hasher) { hasher.combine(words) }
}

extension XML.Document: CustomStringConvertible {
    /// The document as text.
    public var description: String { bytes().description }
}

extension XML.Document: NamedElement {
    /// `XML.Document`
    public static var elementTypeName: String { "XML.Document" }
}

extension XML.Document: ByteRecord {
    package var originalBytes: Bytes { source.isEmpty ? bytes() : source }
    package var occupiedBytes: Int { source.count + words.count * MemoryLayout<UInt64>.stride }
}
