public import ConnectJSON

/// A field of a record.
public struct AvroField: Sendable {
    /// How a field counts when records are put in order.
    public enum Order: String, Sendable, Hashable {
        /// The least first.
        case ascending
        /// The greatest first.
        case descending
        /// Not at all.
        case ignore
    }

    /// The record it belongs to.
    public let record: AvroType
    /// Its place in the record, from 0.
    public let place: Int

    private var details: AvroFieldDetails { record.details.fields[place] }

    /// The name.
    public var name: String { details.name }
    /// Former names.
    public var aliases: [String] { details.aliases }
    /// The type of its values.
    public var type: AvroType {
        AvroType(schema: record.schema, index: record.schema.program.child(record.index, place))
    }
    /// What is read where the writer had no such field, as it is written; nil where nothing is.
    public var defaultValue: JSONValue? { details.defaultValue }
    /// How it counts when records are put in order.
    public var order: Order { details.order }
    /// What is written about it.
    public var documentation: String? { details.declaration["doc"]?.string }
    /// An attribute of the declaration, of the specification's or one's own, as it is written; nil where there is none.
    public func attribute(_ name: String) -> JSONValue? { details.declaration[name] }
}
