public import Connect

/// Values of Swift from bytes that must be JSON (RFC 8259).
///
/// Registered for a type, the plan puts it in where a stage takes that type:
///
/// ```swift
/// Pipeline("orders").coders(.json + .json(Order.self))
/// ```
public struct JSONCodableDecoder<Value: Decodable & Sendable>: Coder {
    /// What it takes.
    public typealias Input = Bytes
    /// What it gives.
    public typealias Output = Value

    /// How large a document may be.
    public var limits: JSONLimits

    /// A decoder of values.
    ///
    /// - Parameters:
    ///   - type: what is wanted
    ///   - limits: how large a document may be
    public init(_ type: Value.Type, limits: JSONLimits = JSONLimits()) {
        self.limits = limits
    }

    /// `JSON-DECODE`
    public var name: String { "JSON-DECODE" }

    /// Makes the instance of a worker, with the one parser that all its documents use.
    ///
    /// - Throws: `CoderError` where the limits are out of their ranges
    public func makeInstance() throws -> Instance { Instance(parser: try JSONParser(limits, coder: name), name: name) }

    /// Decodes for one worker.
    public struct Instance: CoderInstance {
        let parser: JSONParser
        let name: String

        /// The value that bytes say.
        ///
        /// - Throws: `CoderError` where they are not JSON or say something else, with the path to it
        public mutating func convert(_ input: Bytes) throws -> Value {
            try parser.document(input).value(Value.self, for: name)
        }
    }
}

/// Values of Swift from JSON documents.
public struct JSONValueDecoder<Value: Decodable & Sendable>: Coder {
    /// What it takes.
    public typealias Input = JSONDocument
    /// What it gives.
    public typealias Output = Value

    /// A decoder of values.
    ///
    /// - Parameter type: what is wanted
    public init(_ type: Value.Type) {}

    /// `JSON-DECODE`
    public var name: String { "JSON-DECODE" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance(name: name) }

    /// Decodes for one worker.
    public struct Instance: CoderInstance {
        let name: String

        /// The value that a document says.
        ///
        /// - Throws: `CoderError` where it says something else, with the path to it
        public mutating func convert(_ input: JSONDocument) throws -> Value { try input.value(Value.self, for: name) }
    }
}

extension JSONDocument {
    fileprivate func value<Value: Decodable>(_ type: Value.Type, for coder: String) throws -> Value {
        do {
            return try decode(type)
        } catch let error as DecodingError {
            throw CoderError(.malformed, coder: coder, "the document is no \(type): \(JSONDocument.text(of: error))")
        }
    }

    private static func text(of error: DecodingError) -> String {
        var context: DecodingError.Context
        switch error {
        case .keyNotFound(let key, let found):
            context = found
            context = DecodingError.Context(
                codingPath: found.codingPath + [key], debugDescription: found.debugDescription)
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found): context = found
        @unknown default: return "it cannot be decoded"
        }
        let path = context.codingPath.reduce("") { path, key in
            if let place = key.intValue { return path + "[\(place)]" }
            return path + (path.isEmpty ? "" : ".") + key.stringValue
        }
        return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
}
