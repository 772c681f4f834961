public import Connect

/// Records from data of any schema that is a record, or a union of which the datum is one.
public struct AvroRecordDecoder: Coder {
    /// What it takes.
    public typealias Input = AvroBinary
    /// What it gives.
    public typealias Output = AvroRecord

    /// How large a datum may be.
    public var limits: AvroLimits

    /// A decoder.
    ///
    /// - Parameter limits: how large a datum may be
    public init(limits: AvroLimits = AvroLimits()) {
        self.limits = limits
    }

    /// `AVRO-RECORD`
    public var name: String { "AVRO-RECORD" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance(limits: limits) }

    /// Decodes for one worker.
    public struct Instance: CoderInstance {
        let limits: AvroLimits

        /// The record of a datum, whose bytes it shares.
        ///
        /// - Throws: `CoderError` where the datum is none of its schema, or no record
        public mutating func convert(_ input: AvroBinary) throws -> AvroRecord { try AvroRecord(input, limits: limits) }
    }
}

/// The data of records.
public struct AvroRecordEncoder: Coder {
    /// What it takes.
    public typealias Input = AvroRecord
    /// What it gives.
    public typealias Output = AvroBinary

    /// An encoder.
    public init() {}

    /// `AVRO-DATUM`
    public var name: String { "AVRO-DATUM" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance() }

    /// Encodes for one worker.
    public struct Instance: CoderInstance {
        /// The datum that a record was read from, or was changed to.
        public mutating func convert(_ input: AvroRecord) -> AvroBinary { input.binary }
    }
}
