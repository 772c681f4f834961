public import Connect
import ConnectCatalog
import ConnectJSON

extension AvroBinary {
    /// The datum as JSON on one line; it is checked on the way.
    ///
    /// Bytes are strings of characters up to U+00FF, as in the specification; what JSON has no numbers for are the strings
    /// `NaN`, `Infinity` and `-Infinity`.
    ///
    /// - Parameters:
    ///   - form: how values of unions are written
    ///   - limits: how large the datum and its text may be
    /// - Returns: the text, in UTF-8
    /// - Throws: `CoderError` where the datum is none of its schema, with the offset of what is wrong
    public func json(_ form: AvroJSONForm = .tagged, limits: AvroLimits = AvroLimits()) throws(CoderError) -> Bytes {
        var output = BytesBuilder()
        try writeJSON(form, limits, into: &output)
        return output.takeExact()
    }

    /// Appends the datum as JSON.
    func writeJSON(_ form: AvroJSONForm, _ limits: AvroLimits, into output: inout BytesBuilder) throws(CoderError) {
        let program = schema.program
        do throws(AvroFault) {
            try data.withUnsafeBytes { data throws(AvroFault) in
                try program.tokens.withView { tokens throws(AvroFault) in
                    try program.scan(data, limits) { scan throws(AvroFault) in
                        var text = AvroJSONText(tokens, form, room: limits.bytes, into: output)
                        output = BytesBuilder()
                        // What was written stays with the caller, whatever comes.
                        do throws(AvroFault) {
                            try text.write(program.root, &scan, 0)
                            if scan.left > 0 { throw scan.fault(.trailing, program.root) }
                        } catch {
                            output = text.finish()
                            throw error
                        }
                        output = text.finish()
                    }
                }
            }
        } catch {
            throw error.error(program)
        }
    }

    /// Reads JSON as a datum of a schema.
    ///
    /// - Parameters:
    ///   - json: one document
    ///   - form: how values of unions are written
    ///   - schema: the schema that the datum gets
    ///   - limits: how large the text and the datum may be
    /// - Throws: `CoderError` where it is no JSON or does not fit the schema, with the way to what does not
    public init(
        json: Bytes, _ form: AvroJSONForm = .tagged, schema: AvroSchema, limits: AvroLimits = AvroLimits()
    ) throws {
        self = try AvroJSONDecoder(schema: schema, form, limits: limits).makeInstance().decoded(json)
    }
}

extension AvroJSONText {
    /// Ends the writing.
    consuming func finish() -> BytesBuilder { output }
}
