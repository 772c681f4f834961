public import Connect

/// A datum in binary with the schema it was written by. What it holds was not necessarily looked at.
public struct AvroBinary: Sendable, Hashable {
    /// The schema it was written by.
    public let schema: AvroSchema
    /// The datum, without anything around it.
    public let data: Bytes

    /// A datum as it came; nothing is checked.
    ///
    /// - Parameters:
    ///   - schema: the schema it was written by
    ///   - data: the datum, without anything around it
    public init(schema: AvroSchema, data: Bytes) {
        self.schema = schema
        self.data = data
    }

    /// Encodes a value.
    ///
    /// - Parameters:
    ///   - value: what is encoded
    ///   - schema: the schema it is written by
    ///   - limits: how large it may be
    /// - Throws: `CoderError` where the value does not fit the schema, with the way to what does not
    public init(encoding value: AvroValue, schema: AvroSchema, limits: AvroLimits = AvroLimits()) throws(CoderError) {
        var writer = AvroTreeWriter(schema.program, limits)
        do throws(AvroTreeWriter.Mismatch) {
            try writer.write(value, schema.program.root)
        } catch {
            throw error.error
        }
        self.init(schema: schema, data: writer.take())
    }

    /// Checks that the datum is one of its schema, to the last byte. Nothing is allocated.
    ///
    /// - Parameter limits: how large it may be
    /// - Throws: `CoderError` where it is not, with the offset of what is wrong
    public func validate(limits: AvroLimits = AvroLimits()) throws(CoderError) {
        do throws(AvroFault) {
            try data.withUnsafeBytes { data throws(AvroFault) in try schema.program.validate(data, limits) }
        } catch {
            throw error.error(schema.program)
        }
    }

    /// The datum as a tree; bytes in it are slices of the datum.
    ///
    /// - Parameter limits: how large it may be
    /// - Returns: a tree in which unions say their branches
    /// - Throws: `CoderError` where it is none of its schema, with the offset of what is wrong
    public func decode(limits: AvroLimits = AvroLimits()) throws(CoderError) -> AvroValue {
        let program = schema.program
        let reader = AvroTreeReader(program: program, data: data)
        do throws(AvroFault) {
            return try data.withUnsafeBytes { data throws(AvroFault) in
                try program.scan(data, limits) { scan throws(AvroFault) in
                    let value = try reader.value(program.root, &scan, 0)
                    if scan.left > 0 { throw scan.fault(.trailing, program.root) }
                    return value
                }
            }
        } catch {
            throw error.error(program)
        }
    }
}

extension AvroBinary: NamedElement {
    /// `Avro.Binary`
    public static var elementTypeName: String { "Avro.Binary" }
}

extension AvroBinary: ByteRecord {
    package var originalBytes: Bytes { data }
}
