package import Connect
package import ConnectAvro

/// What the stage `avro` makes of what.
package struct AvroConversion: Sendable {
    let schema: AvroSchema
    /// `binary`, `json`, `plain`, `text` or `single-object`.
    let from: String
    /// `json`, `plain`, `binary` or `single-object`.
    let to: String
    let limits: AvroLimits

    /// A conversion.
    ///
    /// - Parameters:
    ///   - schema: the schema of the bytes
    ///   - from: `binary`, `json`, `plain`, `text` or `single-object`
    ///   - to: `json`, `plain`, `binary` or `single-object`
    ///   - limits: how large a datum may be
    package init(schema: AvroSchema, from: String, to: String, limits: AvroLimits) {
        self.schema = schema
        self.from = from
        self.to = to
        self.limits = limits
    }

    static func form(_ word: String) -> AvroJSONForm { word == "plain" ? .plain : .tagged }

    /// Reads bytes for one worker.
    package func makeDecoder() throws -> (Bytes) throws -> AvroBinary {
        switch from {
        case "json", "plain":
            var decoder = try AvroJSONDecoder(schema: schema, Self.form(from), limits: limits).makeInstance()
            return { try decoder.convert($0) }
        case "text":
            var decoder = try AvroTextDecoder(schema: schema, limits: limits).makeInstance()
            return { try decoder.convert($0) }
        case "single-object":
            var decoder = AvroSingleObjectDecoder(schemas: [schema]).makeInstance()
            let limits = limits
            return { input in
                let binary = try decoder.convert(input)
                try binary.validate(limits: limits)
                return binary
            }
        default:
            let (schema, limits) = (schema, limits)
            return { input in
                let binary = AvroBinary(schema: schema, data: input)
                try binary.validate(limits: limits)
                return binary
            }
        }
    }

    /// Makes bytes of a datum.
    package static func encode(_ binary: AvroBinary, to word: String, limits: AvroLimits) throws -> Bytes {
        switch word {
        case "json", "plain": try binary.json(form(word), limits: limits)
        case "single-object": binary.singleObject
        default: binary.data
        }
    }

    /// Makes bytes of bytes for one worker.
    func makeTransform() throws -> (RawSpan, inout BytesBuilder) throws -> Void {
        if from == "binary", to == "json" || to == "plain" {
            let (schema, form, limits) = (schema, Self.form(to), limits)
            return { input, output in try schema.appendJSON(input, form, to: &output, limits: limits) }
        }
        let (decode, to, limits) = (try makeDecoder(), to, limits)
        return { input, output in
            let binary = try decode(input.withUnsafeBytes { Bytes(copying: $0) })
            output.append(try Self.encode(binary, to: to, limits: limits))
        }
    }
}
