public import Connect
public import ConnectAvro

/// Bytes of data with the numbers of their schemas before them, which are registered where that is wanted.
public struct SchemaRegistryEncoder: Coder {
    /// What it takes.
    public typealias Input = AvroBinary
    /// What it gives.
    public typealias Output = Bytes

    private let client: SchemaRegistryClient
    /// Under which subject a schema is.
    public var subjects: SubjectStrategy
    /// Whether it is the keys of messages that are encoded.
    public var isKey: Bool
    /// Whether a schema that is not there is registered.
    public var registers: Bool

    /// An encoder.
    ///
    /// - Parameters:
    ///   - client: asks the registry
    ///   - subjects: under which subject a schema is
    ///   - isKey: whether it is the keys of messages that are encoded
    ///   - registers: whether a schema that is not there is registered
    public init(
        _ client: SchemaRegistryClient, _ subjects: SubjectStrategy, isKey: Bool = false, registers: Bool = true
    ) {
        self.client = client
        self.subjects = subjects
        self.isKey = isKey
        self.registers = registers
    }

    /// `REGISTRY-ENCODE`
    public var name: String { "REGISTRY-ENCODE" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance {
        Instance(client: client, subjects: subjects, isKey: isKey, registers: registers)
    }

    /// Encodes for one worker.
    public struct Instance: CoderInstance {
        private let client: SchemaRegistryClient
        private let subjects: SubjectStrategy
        private let isKey: Bool
        private let registers: Bool
        private var last: (schema: AvroSchema, number: Int32)?

        init(client: SchemaRegistryClient, subjects: SubjectStrategy, isKey: Bool, registers: Bool) {
            self.client = client
            self.subjects = subjects
            self.isKey = isKey
            self.registers = registers
        }

        /// The bytes of a datum, behind the number of its schema.
        ///
        /// - Throws: ``SchemaRegistryError`` where the registry does not know or does not take the schema, `OutageError`
        public mutating func convert(_ input: AvroBinary) throws -> Bytes {
            if let last, last.schema == input.schema { return ConfluentFrame.frame(last.number, input.data) }
            let subject = try subjects.subject(input.schema, isKey: isKey)
            let number = try client.number(of: input.schema, subject: subject, registers: registers)
            last = (input.schema, number)
            return ConfluentFrame.frame(number, input.data)
        }
    }
}
