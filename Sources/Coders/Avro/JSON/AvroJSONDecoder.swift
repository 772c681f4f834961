public import Connect
import ConnectJSON

/// Data of a schema from JSON.
public struct AvroJSONDecoder: Coder {
    /// What it takes.
    public typealias Input = Bytes
    /// What it gives.
    public typealias Output = AvroBinary

    /// The schema that data get.
    public var schema: AvroSchema
    /// How values of unions are written.
    public var form: AvroJSONForm
    /// How large a text and its datum may be.
    public var limits: AvroLimits

    /// A decoder.
    ///
    /// - Parameters:
    ///   - schema: the schema that data get
    ///   - form: how values of unions are written
    ///   - limits: how large a text and its datum may be
    public init(schema: AvroSchema, _ form: AvroJSONForm = .tagged, limits: AvroLimits = AvroLimits()) {
        self.schema = schema
        self.form = form
        self.limits = limits
    }

    /// `JSON-TO-AVRO`
    public var name: String { "JSON-TO-AVRO" }

    /// Makes the instance of a worker, with the one parser that all its documents use.
    ///
    /// - Throws: `CoderError` where the limits are out of their ranges
    public func makeInstance() throws -> Instance {
        // In JSON a branch of a union stands in an object of its own.
        let json = JSONLimits(
            bytes: max(1, min(limits.bytes, JSONLimits.mostBytes)), depth: limits.checkedDepth * 2 + 1)
        return Instance(
            parser: try JSONDocumentDecoder(limits: json).makeInstance(), schema: schema, form: form, limits: limits)
    }

    /// Decodes for one worker.
    public struct Instance: CoderInstance {
        var parser: JSONDocumentDecoder.Instance
        let schema: AvroSchema
        let form: AvroJSONForm
        let limits: AvroLimits

        /// The datum that a text says.
        ///
        /// - Throws: `CoderError` where it is no JSON or does not fit the schema, with the way to what does not
        public mutating func convert(_ input: Bytes) throws -> AvroBinary {
            let document = try parser.convert(input)
            var writer = AvroJSONWriter(schema.program, limits, form: form)
            do throws(AvroTreeWriter.Mismatch) {
                try writer.write(document.root, schema.program.root, 0)
            } catch {
                throw error.error
            }
            return AvroBinary(schema: schema, data: writer.take())
        }

        /// The same for a single text.
        consuming func decoded(_ input: Bytes) throws -> AvroBinary {
            var instance = self
            return try instance.convert(input)
        }
    }
}
