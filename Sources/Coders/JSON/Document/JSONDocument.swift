public import Connect

/// A JSON document (RFC 8259) that was found valid: its bytes as they came, and where in them each value stands.
///
/// Nothing of it is converted before it is asked for, and what is not asked for stays as it is written: numbers of any
/// size and precision, escapes, the order of members and members of the same name.
///
/// ```swift
/// let order = try JSONDocument(parsing: #"{"id": 12345678901234567890, "lines": [{"sku": "a"}]}"#)
/// order["id"]?.text           // 12345678901234567890
/// order[path]?.string         // where path is try JSONPath("lines[0].sku")
/// ```
public struct JSONDocument: Sendable {
    /// The text as it came.
    public let bytes: Bytes
    let words: [UInt64]

    init(bytes: Bytes, words: [UInt64]) {
        self.bytes = bytes
        self.words = words
    }

    /// Parses a document. The coders do the same with less work for each, since theirs share a parser.
    ///
    /// - Parameters:
    ///   - bytes: all of the document, and nothing else
    ///   - limits: how large it may be
    /// - Throws: `CoderError` where it is not JSON or beyond a limit, with the offset of the first wrong byte
    public init(parsing bytes: Bytes, limits: JSONLimits = JSONLimits()) throws {
        self = try JSONParser(limits, coder: "JSON").document(bytes)
    }

    /// The outermost value.
    public var root: JSONValue { JSONValue(document: self, index: 0) }

    /// A member of the outermost object; of several with the name the last. Nil where there is none.
    public subscript(name: String) -> JSONValue? { root[name] }

    /// An element of the outermost array, from 0; nil where there is none.
    public subscript(place: Int) -> JSONValue? { root[place] }

    /// The value at a path; nil where there is none.
    public subscript(path: JSONPath) -> JSONValue? { root[path] }

    /// The same document without white space between its tokens.
    public var compacted: Bytes { bytes.withUnsafeBytes { JSONParser.compact($0) } }

    func withTape<Result>(_ body: (JSONTape) throws -> Result) rethrows -> Result {
        try words.withUnsafeBufferPointer { words in
            try bytes.withUnsafeBytes { text in
                // A document has one word at least.
                try body(JSONTape(words: words.baseAddress.unsafelyUnwrapped, text: text))
            }
        }
    }
}

extension JSONDocument: Hashable {
    /// Whether two documents are written the same.
    public static func == (left: JSONDocument, right: JSONDocument) -> Bool { left.bytes == right.bytes }

    /// Feeds the text to a hasher.
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

extension JSONDocument: CustomStringConvertible {
    /// The text.
    public var description: String { bytes.description }
}

extension JSONDocument: NamedElement {
    /// `JSON.Document`
    public static var elementTypeName: String { "JSON.Document" }
}

extension JSONDocument: ByteRecord {
    package var originalBytes: Bytes { bytes }
    package var occupiedBytes: Int { bytes.count + words.count * MemoryLayout<UInt64>.stride }
}

extension JSONParser {
    /// A document of its own.
    func document(_ bytes: Bytes) throws -> JSONDocument {
        let words = try bytes.withUnsafeBytes { text in
            try parse(text) { tape, count in Array(UnsafeBufferPointer(start: tape.words, count: count)) }
        }
        return JSONDocument(bytes: bytes, words: words)
    }
}
