public import Connect

/// Data from values of Swift.
public struct AvroCodableEncoder<Value: Encodable & Sendable>: Coder {
    /// What it takes.
    public typealias Input = Value
    /// What it gives.
    public typealias Output = AvroBinary

    /// The schema that data get.
    public var schema: AvroSchema
    /// How large a datum may be.
    public var limits: AvroLimits

    /// An encoder of values.
    ///
    /// - Parameters:
    ///   - type: what is encoded
    ///   - schema: the schema that data get
    ///   - limits: how large a datum may be
    public init(_ type: Value.Type, schema: AvroSchema, limits: AvroLimits = AvroLimits()) {
        self.schema = schema
        self.limits = limits
    }

    /// `AVRO-ENCODE`
    public var name: String { "AVRO-ENCODE" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance(schema: schema, limits: limits) }

    /// Encodes for one worker.
    public struct Instance: CoderInstance {
        let schema: AvroSchema
        let limits: AvroLimits

        /// The datum of a value.
        ///
        /// - Throws: `CoderError` where the value does not fit the schema
        public mutating func convert(_ input: Value) throws -> AvroBinary {
            try AvroBinary(encoding: input, schema: schema, limits: limits)
        }
    }
}
