public import Connect
public import ConnectAvro

/// Data from bytes with the numbers of their schemas before them, as Kafka's messages have them.
public struct SchemaRegistryDecoder: Coder {
    /// What it takes.
    public typealias Input = Bytes
    /// What it gives.
    public typealias Output = AvroBinary

    private let client: SchemaRegistryClient
    /// How large a datum may be.
    public var limits: AvroLimits

    /// A decoder.
    ///
    /// - Parameters:
    ///   - client: asks the registry
    ///   - limits: how large a datum may be
    public init(_ client: SchemaRegistryClient, limits: AvroLimits = AvroLimits()) {
        self.client = client
        self.limits = limits
    }

    /// `REGISTRY-DECODE`
    public var name: String { "REGISTRY-DECODE" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance(client: client, limits: limits) }

    /// Decodes for one worker.
    public struct Instance: CoderInstance {
        private let client: SchemaRegistryClient
        private let limits: AvroLimits
        /// Of two messages one after the other the second mostly has the schema of the first.
        private var last: (number: Int32, schema: AvroSchema)?

        init(client: SchemaRegistryClient, limits: AvroLimits) {
            self.client = client
            self.limits = limits
        }

        /// The datum, which shares the memory of the input; it was found to be one of its schema.
        ///
        /// - Throws: `CoderError` where the bytes do not begin as they must or the datum is none of its schema,
        ///   ``SchemaRegistryError`` where the registry does not know the schema, `OutageError`
        public mutating func convert(_ input: Bytes) throws -> AvroBinary {
            let number = try ConfluentFrame.number(of: input)
            let schema: AvroSchema
            if let last, last.number == number {
                schema = last.schema
            } else {
                schema = try client.schema(number)
                last = (number, schema)
            }
            let binary = AvroBinary(schema: schema, data: input[ConfluentFrame.byteCount..<input.count])
            try binary.validate(limits: limits)
            return binary
        }
    }
}
