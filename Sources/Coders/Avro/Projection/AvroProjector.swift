public import Connect

/// Reads data of any schema as one schema has them; each way there is compiled once for each worker.
public struct AvroProjector: Coder {
    /// What it takes.
    public typealias Input = AvroBinary
    /// What it gives.
    public typealias Output = AvroBinary

    /// The schema that data get.
    public var reader: AvroSchema
    /// How large a datum may be.
    public var limits: AvroLimits

    /// A projector.
    ///
    /// - Parameters:
    ///   - reader: the schema that data get
    ///   - limits: how large a datum may be
    public init(to reader: AvroSchema, limits: AvroLimits = AvroLimits()) {
        self.reader = reader
        self.limits = limits
    }

    /// `AVRO-PROJECT`
    public var name: String { "AVRO-PROJECT" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance(reader: reader, limits: limits) }

    /// Projects for one worker.
    public struct Instance: CoderInstance {
        private let reader: AvroSchema
        /// The ways that were used.
        private var plans: [AvroSchema: Result<AvroPlan, CoderError>] = [:]
        /// That of them which was used last and most likely is the next.
        private let last: AvroProjectorState
        /// More schemas than one topic has versions: then those who send them decide, and all are forgotten.
        private static let most = 1000

        init(reader: AvroSchema, limits: AvroLimits) {
            self.reader = reader
            last = AvroProjectorState(limits)
        }

        /// A datum as the reader has it.
        ///
        /// - Throws: `CoderError` where it is none of its schema, or cannot be read as the reader has it
        public mutating func convert(_ input: AvroBinary) throws -> AvroBinary {
            if !last.isFor(input) { last.use(try plan(for: input.schema), for: input) }
            return AvroBinary(schema: reader, data: try last.project(input.data))
        }

        private mutating func plan(for writer: AvroSchema) throws -> AvroPlan {
            if let known = plans[writer] { return try known.get() }
            if plans.count >= Instance.most { plans.removeAll() }
            let result = Result { () throws(CoderError) in try AvroPlan(from: writer, to: reader) }
            plans[writer] = result
            return try result.get()
        }
    }
}
