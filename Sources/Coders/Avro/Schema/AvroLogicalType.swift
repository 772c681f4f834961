import ConnectJSON

/// What the values of a type mean.
public enum AvroLogicalType: Sendable, Hashable {
    /// A decimal number; its unscaled value stands in bytes or a fixed.
    ///
    /// - Parameters:
    ///   - precision: the most digits
    ///   - scale: how many of them stand behind the point
    case decimal(precision: Int, scale: Int)
    /// A UUID, as text or in 16 bytes.
    case uuid
    /// Days since 1970-01-01.
    case date
    /// Milliseconds since midnight.
    case timeMillis
    /// Microseconds since midnight.
    case timeMicros
    /// Milliseconds since 1970-01-01T00:00Z.
    case timestampMillis
    /// Microseconds since 1970-01-01T00:00Z.
    case timestampMicros
    /// Nanoseconds since 1970-01-01T00:00Z.
    case timestampNanos
    /// Milliseconds since 1970-01-01T00:00, wherever that is.
    case localTimestampMillis
    /// Microseconds since 1970-01-01T00:00, wherever that is.
    case localTimestampMicros
    /// Nanoseconds since 1970-01-01T00:00, wherever that is.
    case localTimestampNanos
    /// Months, days and milliseconds.
    case duration

    private static let times: [String: (type: AvroLogicalType, kind: AvroKind)] = [
        "date": (.date, .int), "time-millis": (.timeMillis, .int), "time-micros": (.timeMicros, .long),
        "timestamp-millis": (.timestampMillis, .long), "timestamp-micros": (.timestampMicros, .long),
        "timestamp-nanos": (.timestampNanos, .long), "local-timestamp-millis": (.localTimestampMillis, .long),
        "local-timestamp-micros": (.localTimestampMicros, .long),
        "local-timestamp-nanos": (.localTimestampNanos, .long),
    ]

    /// The logical type that a declaration names.
    ///
    /// - Returns: nil where it names none, or one that does not fit, which readers must ignore
    init?(_ declaration: JSONValue, of kind: AvroKind, size: Int) {
        guard let name = declaration["logicalType"]?.string else { return nil }
        switch name {
        case "decimal":
            guard kind == .bytes || kind == .fixed, let precision = declaration["precision"]?.integer(Int.self),
                precision > 0
            else { return nil }
            var scale = 0
            if let written = declaration["scale"] {
                guard let number = written.integer(Int.self) else { return nil }
                scale = number
            }
            guard (0...precision).contains(scale) else { return nil }
            // floor(log10(2^(8n-1) - 1)) digits fit into n bytes.
            if kind == .fixed, Double(precision) > ((Double(size) * 8 - 1) * 0.301_029_995_663_981_2).rounded(.down) {
                return nil
            }
            self = .decimal(precision: precision, scale: scale)
        case "uuid" where kind == .string || (kind == .fixed && size == 16): self = .uuid
        case "duration" where kind == .fixed && size == 12: self = .duration
        default:
            guard let time = AvroLogicalType.times[name], time.kind == kind else { return nil }
            self = time.type
        }
    }
}
