/// What a type of Avro is.
public enum AvroKind: UInt8, Sendable, Hashable, CaseIterable {
    /// Nothing; takes no bytes.
    case null
    /// True or false.
    case boolean
    /// A whole number of 32 bits.
    case int
    /// A whole number of 64 bits.
    case long
    /// A floating-point number of 32 bits.
    case float
    /// A floating-point number of 64 bits.
    case double
    /// Any bytes.
    case bytes
    /// Text, in UTF-8.
    case string
    /// Fields with names.
    case record
    /// One of several symbols.
    case enumeration
    /// Items in a row.
    case array
    /// Values by names.
    case map
    /// One of several types.
    case union
    /// Bytes, always as many.
    case fixed

    /// The name in schemas; of unions, which have none there, `union`.
    public var name: String { self == .enumeration ? "enum" : "\(self)" }

    /// Whether its types have names of their own.
    public var isNamed: Bool { self == .record || self == .enumeration || self == .fixed }

    /// The kinds without types inside and without names, by their names.
    static let primitives: [String: AvroKind] = Dictionary(
        uniqueKeysWithValues: allCases.prefix(Int(AvroKind.record.rawValue)).map { ($0.name, $0) })
}
