import Connect
import ConnectCatalog

extension JSONDocument {
    /// The outermost value as a value of Swift.
    ///
    /// - Parameter type: what is wanted
    /// - Returns: it; numbers are never rounded to whole ones
    /// - Throws: `DecodingError` where the document says something else
    public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try root.decode(type) }

    /// A value of Swift as a document, on one line. Members stand in the order in which they are encoded, those of
    /// dictionaries with names sorted by these.
    ///
    /// - Parameter value: what is written; floating-point numbers must be finite
    /// - Throws: `EncodingError` where JSON cannot say it, `CoderError` where it is larger than a document may be
    public init(encoding value: some Encodable) throws {
        try self.init(
            parsing: Bytes(encoding: value),
            limits: JSONLimits(bytes: JSONLimits.mostBytes, depth: JSONLimits.mostBytes))
    }
}

extension JSONValue {
    /// The value as one of Swift.
    ///
    /// - Parameter type: what is wanted
    /// - Returns: it; numbers are never rounded to whole ones
    /// - Throws: `DecodingError` where it is something else
    public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try Value(from: JSONDecoding(value: self, codingPath: []))
    }
}

extension Bytes {
    /// A value of Swift as JSON.
    init(encoding value: some Encodable) throws {
        let node = JSONNode()
        try JSONEncoding(node: node, codingPath: []).encodable(value)
        var output = BytesBuilder()
        node.write(&output)
        self = output.takeExact()
    }
}

extension JSONEdit {
    /// Puts a value at a path; see `set(_:json:)`.
    ///
    /// - Parameters:
    ///   - path: where it is put
    ///   - value: what is put there; where JSON cannot say it, the run does not begin
    /// - Returns: an edit
    public static func set(_ path: String, to value: some Encodable) -> JSONEdit {
        let written = Result { () throws(CoderError) -> Bytes in
            do {
                return try Bytes(encoding: value)
            } catch {
                throw CoderError(
                    .configuration, coder: "JSON", "what is put at \"\(path)\" is nothing JSON can say: \(error)")
            }
        }
        return JSONEdit(action: .set(path, written))
    }
}
