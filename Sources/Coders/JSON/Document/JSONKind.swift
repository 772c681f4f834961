/// What a JSON value is.
public enum JSONKind: String, Sendable, Hashable, CaseIterable {
    /// Members with names.
    case object
    /// Elements in a row.
    case array
    /// Text.
    case string
    /// A number of any size and precision.
    case number
    /// True or false.
    case boolean
    /// Nothing.
    case null

    /// With its article, for messages: `an object`.
    var phrase: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .boolean: "true or false"
        case .null: "null"
        }
    }
}
