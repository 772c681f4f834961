/// When an event took place, in nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
public struct EventTime: Sendable, Hashable, Comparable {
    /// Nanoseconds since the epoch; covers the years 1677 to 2262.
    public var nanosecondsSinceEpoch: Int64

    /// A time by its nanoseconds since the epoch.
    public init(nanosecondsSinceEpoch: Int64) {
        self.nanosecondsSinceEpoch = nanosecondsSinceEpoch
    }

    /// A time by its milliseconds since the epoch; values beyond the range become its bound.
    public init(millisecondsSinceEpoch: Int64) {
        let (product, overflow) = millisecondsSinceEpoch.multipliedReportingOverflow(by: 1_000_000)
        nanosecondsSinceEpoch = overflow ? (millisecondsSinceEpoch < 0 ? .min : .max) : product
    }

    /// Whole milliseconds since the epoch, rounded down.
    public var millisecondsSinceEpoch: Int64 {
        let (quotient, remainder) = nanosecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// Whether one time is before another.
    public static func < (left: EventTime, right: EventTime) -> Bool {
        left.nanosecondsSinceEpoch < right.nanosecondsSinceEpoch
    }
}
