public import Connect

/// The JSON of values of Swift, each on one line.
public struct JSONCodableEncoder<Value: Encodable & Sendable>: Coder {
    /// What it takes.
    public typealias Input = Value
    /// What it gives.
    public typealias Output = Bytes

    /// An encoder of values.
    ///
    /// - Parameter type: what is written
    public init(_ type: Value.Type) {}

    /// `JSON-ENCODE`
    public var name: String { "JSON-ENCODE" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance(name: name) }

    /// Encodes for one worker.
    public struct Instance: CoderInstance {
        let name: String

        /// A value as JSON.
        ///
        /// - Throws: `CoderError` where JSON cannot say it, such as a number that is not finite
        public mutating func convert(_ input: Value) throws -> Bytes {
            do {
                return try Bytes(encoding: input)
            } catch let error as EncodingError {
                guard case .invalidValue(_, let context) = error else { throw error }
                throw CoderError(.malformed, coder: name, context.debugDescription)
            }
        }
    }
}

extension CoderRegistry {
    /// The coders between JSON and a type of values; they stand beside `json(limits:)`, which has those of documents.
    ///
    /// - Parameters:
    ///   - type: what is decoded and encoded
    ///   - limits: how large a document may be
    /// - Returns: a registry, to be added to others
    public static func json<Value: Codable & Sendable>(
        _ type: Value.Type, limits: JSONLimits = JSONLimits()
    ) -> CoderRegistry {
        CoderRegistry()
            .adding(JSONCodableDecoder(type, limits: limits))
            .adding(JSONValueDecoder(type))
            .adding(JSONCodableEncoder(type))
    }
}
