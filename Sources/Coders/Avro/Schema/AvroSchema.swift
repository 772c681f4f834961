public import Connect
import ConnectJSON

/// A schema of Avro, compiled.
///
/// Schemas of the same text share what was compiled, so a schema costs eight bytes where it stands beside data, and
/// comparing two is comparing two addresses. What the text says stays: defaults, aliases, documentation, logical types
/// and attributes of one's own.
///
/// ```swift
/// let schema = try AvroSchema(parsing: #"{"type": "record", "name": "Point", "fields": [{"name": "x", "type": "int"}]}"#)
/// schema.root.fields[0].name   // x
/// ```
public struct AvroSchema: Sendable {
    let program: AvroProgram

    /// A schema says nothing of data: whatever is made with it must be looked at.
    init(_ program: AvroProgram) { self.program = program.original ?? program }

    /// Reads a schema.
    ///
    /// - Parameters:
    ///   - text: JSON, as the Avro specification has it
    ///   - limits: how large it may be
    /// - Throws: `CoderError` where it is no schema, with the name of the type that is wrong
    public init(parsing text: Bytes, limits: AvroLimits = AvroLimits()) throws {
        program = try AvroSchemaTable.shared.program(text, limits)
    }

    /// Reads a schema.
    ///
    /// - Parameters:
    ///   - text: JSON, as the Avro specification has it
    ///   - limits: how large it may be
    /// - Throws: `CoderError` where it is no schema, with the name of the type that is wrong
    public init(parsing text: String, limits: AvroLimits = AvroLimits()) throws {
        try self.init(parsing: Bytes(text), limits: limits)
    }

    /// The text as it came.
    public var text: Bytes { program.text }

    /// The Parsing Canonical Form: what of the text matters to who reads data, written in one certain way.
    public var canonicalForm: String { program.canonicalForm }

    /// The 64-bit Rabin fingerprint of the canonical form (CRC-64-AVRO).
    public var fingerprint: UInt64 { program.fingerprint }

    /// The outermost type.
    public var root: AvroType { AvroType(schema: self, index: program.root) }

    /// A type with a name.
    ///
    /// - Parameter fullName: its name with its namespace, as in `org.example.Point`
    /// - Returns: nil where there is none
    public func type(named fullName: String) -> AvroType? {
        program.names[fullName].map { AvroType(schema: self, index: Int($0)) }
    }
}

extension AvroSchema: Hashable {
    /// Whether two schemas have the same text.
    public static func == (left: AvroSchema, right: AvroSchema) -> Bool {
        left.program === right.program || left.program.text == right.program.text
    }

    /// Feeds the fingerprint to a hasher.
    public func hash(into hasher: inout Hasher) { hasher.combine(program.fingerprint) }
}

extension AvroSchema: CustomStringConvertible {
    /// The text.
    public var description: String { text.description }
}
