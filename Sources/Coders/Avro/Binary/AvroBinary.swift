public import Connect

/// A datum in binary with the schema it was written by. What it holds was not necessarily looked at.
public struct AvroBinary: Sendable {
    /// The schema it was written by, and whether it was found valid by it.
    let program: AvroProgram
    /// The datum, without anything around it.
    public let data: Bytes

    /// A datum as it came; nothing is checked.
    ///
    /// - Parameters:
    ///   - schema: the schema it was written by
    ///   - data: the datum, without anything around it
    public init(schema: AvroSchema, data: Bytes) {
        program = schema.program
        self.data = data
    }

    /// A datum that was found valid, to the last byte, by a program that says so.
    init(valid data: Bytes, of program: AvroProgram) {
        self.program = program
        self.data = data
    }

    /// The schema it was written by.
    public var schema: AvroSchema { AvroSchema(program) }

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
            try data.withUnsafeBytes { data throws(AvroFault) in try program.validate(data, limits) }
        } catch {
            throw error.error(program)
        }
    }

    /// The datum as a tree; bytes in it are slices of the datum.
    ///
    /// - Parameter limits: how large it may be
    /// - Returns: a tree in which unions say their branches
    /// - Throws: `CoderError` where it is none of its schema, with the offset of what is wrong
    public func decode(limits: AvroLimits = AvroLimits()) throws(CoderError) -> AvroValue {
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

extension AvroBinary: Hashable {
    /// Whether two data have the same schema and the same bytes.
    public static func == (left: AvroBinary, right: AvroBinary) -> Bool {
        left.schema == right.schema && left.data == right.data
    }

    /// Feeds the schema and the bytes to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(schema)
        hasher.combine(data)
    }
}

extension AvroBinary: NamedElement {
    /// `Avro.Binary`
    public static var elementTypeName: String { "Avro.Binary" }
}

extension AvroBinary: ByteRecord {
    package var originalBytes: Bytes { data }
}
