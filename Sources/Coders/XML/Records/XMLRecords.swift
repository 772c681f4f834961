public import Connect

extension XML {
    /// Cuts streams into the elements at a path, each a document of its own in bytes: the entries of a feed that is larger
    /// than memory, or the documents in a file that holds many.
    ///
    /// ```swift
    /// Pipeline("feed").coders(.xml)
    ///     .root(FileSource("feed.xml"))
    ///     .apply(try XML.Records("/feed/entry"))
    ///     .as(XML.Document.self).par(4)
    /// ```
    ///
    /// Only the tags on the way to the records are read; each record is read by whatever decodes it, on as many workers as
    /// that has, so that one which is not well-formed is an error of its element and not of the stream. Namespaces that
    /// are declared around a record are declared in it. `xml:lang` and `xml:base` of what stands around it are not passed
    /// on.
    ///
    /// After a restart a stream is read from its beginning up to where it is to go on, so that what stands around the records is
    /// known again.
    public struct Records: Splitter {
        /// Records, each a document.
        public typealias Output = Bytes

        let path: [XMLRecordStep]
        /// The most bytes of a record, and of a tag.
        public let maxBytes: Int
        /// What is done about `<!DOCTYPE …>`; where it is allowed, each record gets a copy of it.
        public let doctype: Limits.Doctype
        /// The path as it was given.
        public let description: String

        /// A splitter into the elements at a path.
        ///
        /// - Parameters:
        ///   - path: names with slashes before them, from the outermost element to the records: `/feed/entry`. A name without
        ///     prefix means elements with any prefix, one with a prefix those that have it; `*` means any element
        ///   - maxBytes: the most bytes of a record
        ///   - doctype: what is done about `<!DOCTYPE …>`
        /// - Throws: `CoderError` (`configuration`) where the text is no path, or the limit is none
        public init(
            _ path: String, maxBytes: Int = 8 << 20, doctype: Limits.Doctype = .refused
        ) throws(CoderError) {
            guard (1...Limits.mostBytes).contains(maxBytes) else {
                throw CoderError(
                    .configuration, coder: "XML-RECORDS",
                    "a record of at most \(maxBytes) bytes cannot be; write 1 to \(Limits.mostBytes)")
            }
            self.path = try XMLRecordStep.path(path)
            self.maxBytes = maxBytes
            self.doctype = doctype
            description = path
        }

        /// `XML-RECORDS`
        public var name: String { "XML-RECORDS" }

        /// Makes the instance of a run.
        public func makeInstance() -> RecordSplitter { RecordSplitter(self) }
    }
}

/// One name on the way to the records.
struct XMLRecordStep: Sendable, Hashable {
    /// Nothing for any.
    var name: [UInt8]
    var hasPrefix: Bool

    static func path(_ text: String) throws(CoderError) -> [XMLRecordStep] {
        var parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.first == "" { parts.removeFirst() }
        if parts.isEmpty { parts = [""] }
        var steps: [XMLRecordStep] = []
        for part in parts {
            let names = part.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard part == "*" || names.count <= 2 && names.allSatisfy(XMLCharacters.isName) else {
                throw CoderError(
                    .configuration, coder: "XML-RECORDS",
                    "\"\(text)\" is no path to records; write names with slashes before them, such as /feed/entry")
            }
            steps.append(XMLRecordStep(name: part == "*" ? [] : Array(part.utf8), hasPrefix: names.count == 2))
        }
        return steps
    }

    /// Whether an element of a name is meant.
    func matches(_ qualified: UnsafeRawBufferPointer) -> Bool {
        if name.isEmpty { return true }
        let skipped = hasPrefix ? nil : qualified.firstIndex(of: 0x3A)
        let local = skipped.map { UnsafeRawBufferPointer(rebasing: qualified[($0 + 1)...]) } ?? qualified
        return name.withUnsafeBytes { XMLArena.areEqual($0, local) }
    }
}
