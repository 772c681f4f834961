public import Connect
import ConnectCatalog

/// How data written by one schema are read as another has them: with every promotion, alias, default and rule on unions of
/// the specification, compiled once.
///
/// Data go from binary to binary; what stays the same is copied in one piece. A union takes the first branch that fits. Names
/// fit without their namespaces, and former names of the reader's count.
public struct AvroProjection: Sendable {
    let plan: AvroPlan

    /// Compiles the way from one schema to another.
    ///
    /// - Parameters:
    ///   - writer: the schema that data were written by
    ///   - reader: the schema that they are to have
    /// - Throws: `CoderError` where no datum of the one can be read as the other, with the name of what does not fit. What only
    ///   some data have, as in a branch of a union, is refused with these.
    public init(from writer: AvroSchema, to reader: AvroSchema) throws(CoderError) {
        plan = try AvroPlan(from: writer, to: reader)
    }

    /// The schema that data were written by.
    public var writer: AvroSchema { plan.writer }
    /// The schema that they get.
    public var reader: AvroSchema { plan.reader }

    /// Whether all data have the same bytes in both schemas.
    public var changesNothing: Bool { plan.operations[0].isCopy }

    /// Reads a datum as the reader has it.
    ///
    /// - Parameters:
    ///   - binary: a datum of ``writer``
    ///   - limits: how large it and what becomes of it may be
    /// - Returns: a datum of ``reader``
    /// - Throws: `CoderError` where it is none of its schema, or cannot be read as the reader has it
    public func project(
        _ binary: AvroBinary, limits: AvroLimits = AvroLimits()
    ) throws(CoderError) -> AvroBinary {
        var resolver = AvroResolver(plan)
        return try resolver.project(binary, limits)
    }
}

extension AvroResolver {
    /// A datum of the reader's.
    mutating func project(_ binary: AvroBinary, _ limits: AvroLimits) throws(CoderError) -> AvroBinary {
        guard binary.schema == plan.writer else {
            throw CoderError(
                .configuration, coder: AvroError.coder, "the datum has another schema than the projection was made for")
        }
        do throws(AvroFault) {
            if plan.operations[0].isCopy {
                // The same bytes serve.
                let program = plan.writer.program
                try binary.data.withUnsafeBytes { data throws(AvroFault) in try program.validate(data, limits) }
                return AvroBinary(schema: plan.reader, data: binary.data)
            }
            try binary.data.withUnsafeBytes { data throws(AvroFault) in try resolve(data, limits) }
        } catch {
            _ = output.take()
            throw error.error(plan.writer.program, messages: plan.messages)
        }
        return AvroBinary(schema: plan.reader, data: output.takeExact())
    }
}
