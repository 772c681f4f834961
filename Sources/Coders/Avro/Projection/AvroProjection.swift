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
    public var changesNothing: Bool { plan.isCopy }

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
        try plan.project(binary, limits)
    }

    /// Reads a datum as the reader has it, for stages over bytes: nothing is allocated for a datum of its own.
    ///
    /// ```swift
    /// .mapBytes { data, output in try projection.append(data, to: &output) }
    /// ```
    ///
    /// - Parameters:
    ///   - data: a datum of ``writer``
    ///   - output: where the datum of ``reader`` is appended; where this throws it may hold a part of it
    ///   - limits: how large the datum and what becomes of it may be
    /// - Throws: `CoderError` where it is none of its schema, or cannot be read as the reader has it
    public func append(
        _ data: RawSpan, to output: inout BytesBuilder, limits: AvroLimits = AvroLimits()
    ) throws(CoderError) {
        do throws(AvroFault) {
            try data.withUnsafeBytes { data throws(AvroFault) in
                try plan.append(data, isValid: false, to: &output, limits)
            }
        } catch {
            throw error.error(plan.writer.program, messages: plan.messages)
        }
    }
}

extension AvroPlan {
    /// Appends a datum of the reader's.
    func append(
        _ data: UnsafeRawBufferPointer, isValid: Bool, to output: inout BytesBuilder, _ limits: AvroLimits
    ) throws(AvroFault) {
        if isCopy {
            try writer.program.validate(data, limits)
            return output.append(data)
        }
        try withExtendedLifetime(self) { () throws(AvroFault) in
            var resolver = AvroResolver(self)
            try resolver.resolve(data, limits, isValid: isValid, into: &output)
        }
    }

    /// A datum of the reader's.
    func project(_ binary: AvroBinary, _ limits: AvroLimits) throws(CoderError) -> AvroBinary {
        guard binary.schema == writer else {
            throw CoderError(
                .configuration, coder: AvroError.coder, "the datum has another schema than the projection was made for")
        }
        do throws(AvroFault) {
            if isCopy { return try relabelled(binary, limits) }
            var output = BytesBuilder()
            try binary.data.withUnsafeBytes { data throws(AvroFault) in
                try append(data, isValid: binary.program.check.holds(limits), to: &output, limits)
            }
            return AvroBinary(schema: reader, data: output.takeExact())
        } catch {
            throw error.error(writer.program, messages: messages)
        }
    }

    /// A datum of the reader's where that has the same bytes, which serve both.
    func relabelled(_ binary: AvroBinary, _ limits: AvroLimits) throws(AvroFault) -> AvroBinary {
        try binary.data.withUnsafeBytes { data throws(AvroFault) in try writer.program.validate(data, limits) }
        return AvroBinary(schema: reader, data: binary.data)
    }
}
