public import Connect

/// A value of Avro as a tree, for those who build or change values; ``AvroRecord`` reads a few fields in less time.
public indirect enum AvroValue: Sendable, Hashable {
    /// Nothing.
    case null
    /// True or false.
    case boolean(Bool)
    /// A whole number of 32 bits.
    case int(Int32)
    /// A whole number of 64 bits.
    case long(Int64)
    /// A floating-point number of 32 bits.
    case float(Float)
    /// A floating-point number of 64 bits.
    case double(Double)
    /// Any bytes.
    case bytes(Bytes)
    /// Text.
    case string(String)
    /// The bytes of a fixed.
    case fixed(Bytes)
    /// A symbol of an enumeration.
    case enumeration(String)
    /// The items of an array.
    case array([AvroValue])
    /// The values of a map, in the order in which they stand there.
    case map([AvroMember])
    /// The fields of a record; they may stand in any order where they are encoded.
    case record([AvroMember])
    /// A value of a union with the place of its branch, from 0. Where the kind of a value says which branch it is, a value
    /// may also stand in a union as it is.
    case union(branch: Int, AvroValue)

    /// The value itself, without the unions around it.
    public var plain: AvroValue {
        var value = self
        while case .union(_, let inner) = value { value = inner }
        return value
    }

    /// A field of a record or value of a map; nil where there is none. Setting it changes the first of the name, adds one
    /// where there is none, and removes it where nil is set; it does nothing to other values.
    public subscript(name: String) -> AvroValue? {
        get {
            switch plain {
            case .record(let members), .map(let members): members.first { $0.name == name }?.value
            default: nil
            }
        }
        set {
            switch self {
            case .record(var members):
                AvroValue.set(name, newValue, in: &members)
                self = .record(members)
            case .map(var members):
                AvroValue.set(name, newValue, in: &members)
                self = .map(members)
            case .union(let branch, var inner):
                inner[name] = newValue
                self = .union(branch: branch, inner)
            default: break
            }
        }
    }

    private static func set(_ name: String, _ value: AvroValue?, in members: inout [AvroMember]) {
        let place = members.firstIndex { $0.name == name }
        switch (place, value) {
        case (let place?, let value?): members[place].value = value
        case (let place?, nil): members.remove(at: place)
        case (nil, let value?): members.append(AvroMember(name, value))
        case (nil, nil): break
        }
    }

    /// What it is, for messages.
    var phrase: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .int: "an int"
        case .long: "a long"
        case .float: "a float"
        case .double: "a double"
        case .bytes: "bytes"
        case .string: "a string"
        case .fixed: "a fixed"
        case .enumeration: "a symbol"
        case .array: "an array"
        case .map: "a map"
        case .record: "a record"
        case .union: "a branch of a union"
        }
    }
}

/// A field of a record, or a value of a map with its name.
public struct AvroMember: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The value.
    public var value: AvroValue

    /// A value with a name.
    public init(_ name: String, _ value: AvroValue) {
        self.name = name
        self.value = value
    }
}
