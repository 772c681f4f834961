public import Connect

/// Values of Swift from data; fields are found by their names.
public struct AvroCodableDecoder<Value: Decodable & Sendable>: Coder {
    /// What it takes.
    public typealias Input = AvroBinary
    /// What it gives.
    public typealias Output = Value

    /// How large a datum may be.
    public var limits: AvroLimits

    /// A decoder of values.
    ///
    /// - Parameters:
    ///   - type: what is wanted
    ///   - limits: how large a datum may be
    public init(_ type: Value.Type, limits: AvroLimits = AvroLimits()) {
        self.limits = limits
    }

    /// `AVRO-DECODE`
    public var name: String { "AVRO-DECODE" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance(limits: limits, name: name) }

    /// Decodes for one worker.
    public struct Instance: CoderInstance {
        let limits: AvroLimits
        let name: String

        /// The value that a datum says.
        ///
        /// - Throws: `CoderError` where the datum is none of its schema or says something else, with the path to it
        public mutating func convert(_ input: AvroBinary) throws -> Value {
            do {
                return try input.decode(Value.self, limits: limits)
            } catch let error as DecodingError {
                throw CoderError(.malformed, coder: name, "the datum is no \(Value.self): \(error.reason)")
            }
        }
    }
}

extension DecodingError {
    /// What is wrong, with the path to it.
    fileprivate var reason: String {
        let context: Context
        switch self {
        case .keyNotFound(let key, let found):
            context = Context(codingPath: found.codingPath + [key], debugDescription: found.debugDescription)
        case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found): context = found
        @unknown default: return "it cannot be decoded"
        }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
}
