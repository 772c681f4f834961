import Connect

extension AvroLogicalValue {
    /// The meaning that a value of Swift is; nil where it is none.
    init?(swift value: Any) {
        switch value {
        case let value as AvroDecimal: self = .decimal(value)
        case let value as AvroUUID: self = .uuid(value)
        case let value as AvroDate: self = .date(value)
        case let value as AvroTime: self = .time(value)
        case let value as AvroTimestamp: self = .timestamp(value)
        case let value as AvroDuration: self = .duration(value)
        default: return nil
        }
    }

    /// The value of Swift.
    var swift: Any {
        switch self {
        case .decimal(let value): value
        case .uuid(let value): value
        case .date(let value): value
        case .time(let value): value
        case .timestamp(let value): value
        case .duration(let value): value
        }
    }

    /// Some value of a type, and its schema, which decimal numbers have not without more; nil where the type is none of these.
    static func derived(_ type: Any.Type) -> (value: Any, schema: String?)? {
        switch type {
        case is AvroDecimal.Type: (AvroDecimal(unscaled: 0, scale: 0), nil)
        case is AvroUUID.Type: (AvroUUID(0), #"{"type":"string","logicalType":"uuid"}"#)
        case is AvroDate.Type: (AvroDate(days: 0), #"{"type":"int","logicalType":"date"}"#)
        case is AvroTime.Type: (AvroTime(microseconds: 0), #"{"type":"long","logicalType":"time-micros"}"#)
        case is AvroTimestamp.Type:
            (AvroTimestamp(seconds: 0), #"{"type":"long","logicalType":"timestamp-micros"}"#)
        case is AvroDuration.Type: (AvroDuration(), #"{"type":"fixed","size":12,"logicalType":"duration"}"#)
        default: nil
        }
    }

    /// Whether a type is one of these.
    static func isLogical(_ type: Any.Type) -> Bool { derived(type) != nil }
}
