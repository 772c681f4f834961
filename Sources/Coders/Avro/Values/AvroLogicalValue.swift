public import Connect

/// What a value of a logical type means, as a value of Swift.
public enum AvroLogicalValue: Sendable, Hashable {
    /// A decimal number of up to 38 digits.
    case decimal(AvroDecimal)
    /// An identifier.
    case uuid(AvroUUID)
    /// A day.
    case date(AvroDate)
    /// A time of day.
    case time(AvroTime)
    /// A moment, or what a clock shows.
    case timestamp(AvroTimestamp)
    /// Months, days and milliseconds.
    case duration(AvroDuration)

    /// What a value means; nil where the type has no logical type, or the value is none of it.
    ///
    /// - Parameters:
    ///   - value: a value of the type
    ///   - type: one with a logical type, or a union of which the value says the branch
    public init?(_ value: AvroValue, of type: AvroType) {
        if case .union(let branch, let inner) = value, type.branches.indices.contains(branch) {
            self.init(inner, of: type.branches[branch])
            return
        }
        guard let logical = type.logicalType else { return nil }
        switch (logical, value) {
        case (.decimal(_, let scale), .bytes(let bytes)), (.decimal(_, let scale), .fixed(let bytes)):
            guard let decimal = AvroDecimal(bytes: bytes, scale: scale) else { return nil }
            self = .decimal(decimal)
        case (.uuid, .string(let text)):
            guard let uuid = AvroUUID(text) else { return nil }
            self = .uuid(uuid)
        case (.uuid, .fixed(let bytes)) where bytes.count == 16:
            self = .uuid(AvroUUID(bytes.reduce(0) { $0 << 8 | UInt128($1) }))
        case (.date, .int(let days)): self = .date(AvroDate(days: days))
        case (.timeMillis, .int(let value)): self = .time(AvroTime(microseconds: Int64(value) * 1000))
        case (.timeMicros, .long(let value)): self = .time(AvroTime(microseconds: value))
        case (.duration, .fixed(let bytes)) where bytes.count == 12:
            let parts = (0..<3).map { part in
                (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[part * 4 + $1]) << UInt32(8 * $1) }
            }
            self = .duration(AvroDuration(months: parts[0], days: parts[1], milliseconds: parts[2]))
        case (_, .long(let value)):
            guard let (perSecond, isLocal) = logical.timestamp else { return nil }
            self = .timestamp(AvroTimestamp(value, perSecond: perSecond, isLocal: isLocal))
        default: return nil
        }
    }

    /// The value of a type that means this.
    ///
    /// - Parameter type: one with a logical type, or a union of which one branch has it
    /// - Returns: a value that can be encoded
    /// - Throws: `CoderError` where the type has no such values, or where they are not as exact or as large
    public func value(of type: AvroType) throws(CoderError) -> AvroValue {
        if type.kind == .union {
            for (place, branch) in type.branches.enumerated() {
                if let value = direct(branch) { return .union(branch: place, value) }
            }
        } else if let value = direct(type) {
            return value
        }
        throw CoderError(
            .malformed, coder: AvroError.coder, "\(self) cannot be said by the type \(AvroError.quoted(type.name))")
    }

    private func direct(_ type: AvroType) -> AvroValue? {
        guard let logical = type.logicalType else { return nil }
        switch (logical, self) {
        case (.decimal(let precision, let scale), .decimal(let decimal)):
            guard let unscaled = decimal.unscaled(scale), "\(unscaled.magnitude)".utf8.count <= precision else {
                return nil
            }
            let moved = AvroDecimal(unscaled: unscaled, scale: scale)
            if type.kind == .bytes { return moved.bytes(nil).map { .bytes($0) } }
            return moved.bytes(type.size).map { .fixed($0) }
        case (.uuid, .uuid(let uuid)):
            if type.kind == .string { return .string("\(uuid)") }
            return .fixed(Bytes((0..<16).map { UInt8(truncatingIfNeeded: uuid.value >> UInt128(8 * (15 - $0))) }))
        case (.date, .date(let date)): return .int(date.days)
        case (.timeMillis, .time(let time)):
            guard time.microseconds % 1000 == 0 else { return nil }
            return Int32(exactly: time.microseconds / 1000).map { .int($0) }
        case (.timeMicros, .time(let time)): return .long(time.microseconds)
        case (.duration, .duration(let duration)):
            return .fixed(
                Bytes(
                    [duration.months, duration.days, duration.milliseconds].flatMap { part in
                        (0..<4).map { UInt8(truncatingIfNeeded: part >> UInt32(8 * $0)) }
                    }))
        case (_, .timestamp(let timestamp)):
            guard let (perSecond, isLocal) = logical.timestamp, isLocal == timestamp.isLocal else { return nil }
            return timestamp.value(perSecond: perSecond).map { .long($0) }
        default: return nil
        }
    }
}

extension AvroLogicalType {
    /// Of timestamps how many parts a second has, and whether they are local.
    fileprivate var timestamp: (perSecond: Int64, isLocal: Bool)? {
        switch self {
        case .timestampMillis: (1000, false)
        case .timestampMicros: (1_000_000, false)
        case .timestampNanos: (1_000_000_000, false)
        case .localTimestampMillis: (1000, true)
        case .localTimestampMicros: (1_000_000, true)
        case .localTimestampNanos: (1_000_000_000, true)
        default: nil
        }
    }
}

extension AvroDecimal {
    /// All digits with another scale; nil where some would be lost, or there is no room for them.
    fileprivate func unscaled(_ wanted: Int) -> Int128? {
        var (value, scale) = (unscaled, self.scale)
        while scale > wanted {
            guard value % 10 == 0 else { return nil }
            value /= 10
            scale -= 1
        }
        while scale < wanted {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            if product == 0 { return 0 }
            value = product
            scale += 1
        }
        return value
    }
}
