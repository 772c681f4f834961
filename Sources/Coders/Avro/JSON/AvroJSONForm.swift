/// How values of Avro stand in JSON.
public enum AvroJSONForm: Sendable, Hashable {
    /// The JSON encoding of the specification: a value of a union stands in an object of one member, whose name is that of
    /// the branch (`{"string": "a"}`); only null stands there as it is.
    case tagged
    /// The same, but a value of a union stands there as it is. When it is read, the first branch counts that fits, and
    /// fields that are missing get their defaults.
    case plain
}
