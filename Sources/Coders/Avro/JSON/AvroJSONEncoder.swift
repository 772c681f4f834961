public import Connect

/// Data as JSON, each on one line.
public struct AvroJSONEncoder: Coder {
    /// What it takes.
    public typealias Input = AvroBinary
    /// What it gives.
    public typealias Output = Bytes

    /// How values of unions are written.
    public var form: AvroJSONForm
    /// How large a datum and its text may be.
    public var limits: AvroLimits

    /// An encoder.
    ///
    /// - Parameters:
    ///   - form: how values of unions are written
    ///   - limits: how large a datum and its text may be
    public init(_ form: AvroJSONForm = .tagged, limits: AvroLimits = AvroLimits()) {
        self.form = form
        self.limits = limits
    }

    /// `AVRO-TO-JSON`
    public var name: String { "AVRO-TO-JSON" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance(form: form, limits: limits) }

    /// Encodes for one worker.
    public struct Instance: CoderInstance {
        let form: AvroJSONForm
        let limits: AvroLimits

        /// The text of a datum.
        ///
        /// - Throws: `CoderError` where it is none of its schema
        public mutating func convert(_ input: AvroBinary) throws -> Bytes { try input.json(form, limits: limits) }
    }
}
