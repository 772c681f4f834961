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
        do throws(AvroFault) {
            try data.withUnsafeBytes { data throws(AvroFault) in
                try program.appendJSON(data, form, limits, to: &output)
            }
        } catch {
            throw error.error(program)
        }
        return output.takeExact()
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

extension AvroSchema {
    /// Appends a datum as JSON, for stages over bytes: nothing is allocated for a text of its own.
    ///
    /// ```swift
    /// .mapBytes { data, output in try schema.appendJSON(data, to: &output) }
    /// ```
    ///
    /// - Parameters:
    ///   - data: a datum of this schema; it is checked on the way
    ///   - form: how values of unions are written
    ///   - output: where the text is appended; where this throws it may hold a part of it
    ///   - limits: how large the datum and its text may be
    /// - Throws: `CoderError` where the datum is none of the schema, with the offset of what is wrong
    public func appendJSON(
        _ data: RawSpan, _ form: AvroJSONForm = .tagged, to output: inout BytesBuilder,
        limits: AvroLimits = AvroLimits()
    ) throws(CoderError) {
        do throws(AvroFault) {
            try data.withUnsafeBytes { data throws(AvroFault) in
                try program.appendJSON(data, form, limits, to: &output)
            }
        } catch {
            throw error.error(program)
        }
    }
}

extension AvroProgram {
    /// Appends a datum as JSON.
    func appendJSON(
        _ data: UnsafeRawBufferPointer, _ form: AvroJSONForm, _ limits: AvroLimits, to output: inout BytesBuilder
    ) throws(AvroFault) {
        try tokens.withView { tokens throws(AvroFault) in
            try scan(data, limits) { scan throws(AvroFault) in
                var text = AvroJSONText(tokens, form, room: limits.bytes, into: output)
                output = BytesBuilder()
                // What was written stays with the caller, whatever comes.
                do throws(AvroFault) {
                    try text.write(root, &scan, 0)
                    if scan.left > 0 { throw scan.fault(.trailing, root) }
                } catch {
                    output = text.finish()
                    throw error
                }
                output = text.finish()
            }
        }
    }
}

extension AvroJSONText {
    /// Ends the writing.
    consuming func finish() -> BytesBuilder { output }
}
