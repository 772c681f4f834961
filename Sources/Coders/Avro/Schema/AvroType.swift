public import ConnectJSON

/// A type of a schema.
public struct AvroType: Sendable {
    /// The schema it belongs to.
    public let schema: AvroSchema
    let index: Int

    private var program: AvroProgram { schema.program }
    private var node: AvroNode { program.nodes[index] }
    var details: AvroDetails { program.details[index] }

    /// What it is.
    public var kind: AvroKind { node.kind }

    /// The name with its namespace, of records, enumerations and fixed; of others the name of the kind.
    public var name: String { kind.isNamed ? details.name : kind.name }

    /// Former names of a named type, with their namespaces.
    public var aliases: [String] { details.aliases }

    /// What is written about it.
    public var documentation: String? { details.declaration?["doc"]?.string }

    /// The fields of a record, in order; none of other types.
    public var fields: [AvroField] {
        guard kind == .record else { return [] }
        return details.fields.indices.map { AvroField(record: self, place: $0) }
    }

    /// A field of a record by its name; nil where there is none.
    public subscript(field name: String) -> AvroField? {
        details.fieldPlaces[name].map { AvroField(record: self, place: $0) }
    }

    /// The symbols of an enumeration, in order; none of other types.
    public var symbols: [String] { details.symbols }

    /// The symbol that takes the place of those that are not known; nil where there is none.
    public var defaultSymbol: String? { details.defaultSymbol < 0 ? nil : details.symbols[details.defaultSymbol] }

    /// The type of an array's items or a map's values; nil of other types.
    public var element: AvroType? {
        guard kind == .array || kind == .map else { return nil }
        return AvroType(schema: schema, index: Int(node.first))
    }

    /// The types of a union, in order; none of other types.
    public var branches: [AvroType] {
        guard kind == .union else { return [] }
        return (0..<Int(node.count)).map { AvroType(schema: schema, index: program.child(index, $0)) }
    }

    /// How many bytes a fixed has; 0 of other types.
    public var size: Int { kind == .fixed ? Int(node.first) : 0 }

    /// What its values mean; nil where nothing is said, or where what is said does not fit the type.
    public var logicalType: AvroLogicalType? { details.logicalType }

    /// An attribute of the declaration, of the specification's or one's own, as it is written; nil where there is none.
    public func attribute(_ name: String) -> JSONValue? { details.declaration?[name] }
}

extension AvroType: CustomStringConvertible {
    /// The name.
    public var description: String { name }
}
