/// A moment, or a day and time of a clock wherever it stands.
public struct AvroTimestamp: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00.
    public var seconds: Int64
    /// Nanoseconds after the second; 0 ..< 1,000,000,000.
    public var nanoseconds: Int32
    /// Whether it is what a clock shows somewhere, instead of a moment.
    public var isLocal: Bool

    /// A moment, or what a clock shows.
    ///
    /// - Parameters:
    ///   - seconds: since 1970-01-01T00:00
    ///   - nanoseconds: after the second; 0 ..< 1,000,000,000
    ///   - isLocal: whether it is what a clock shows somewhere, instead of a moment
    public init(seconds: Int64, nanoseconds: Int32 = 0, isLocal: Bool = false) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
        self.isLocal = isLocal
    }

    init(_ value: Int64, perSecond: Int64, isLocal: Bool) {
        let seconds = value >= 0 ? value / perSecond : -((-(value + 1)) / perSecond) - 1
        let rest = value &- seconds &* perSecond
        self.init(
            seconds: seconds, nanoseconds: Int32(truncatingIfNeeded: rest * (1_000_000_000 / perSecond)),
            isLocal: isLocal)
    }

    /// How many parts of a second since 1970 there are; nil where that is too many, or not whole.
    func value(perSecond: Int64) -> Int64? {
        let part = Int64(1_000_000_000) / perSecond
        guard (0..<1_000_000_000).contains(nanoseconds), Int64(nanoseconds) % part == 0 else { return nil }
        // In wider numbers: the last seconds fit only together with their parts.
        return Int64(exactly: Int128(seconds) * Int128(perSecond) + Int128(Int64(nanoseconds) / part))
    }

    /// `2026-11-22T13:05:00.25Z`, without the Z where it is local.
    public var description: String {
        let days = seconds >= 0 ? seconds / 86_400 : -((-(seconds + 1)) / 86_400) - 1
        let clock = AvroTime.text(Int(seconds - days * 86_400), nanoseconds: Int(nanoseconds))
        return AvroDate.text(Int(days)) + "T" + clock + (isLocal ? "" : "Z")
    }
}
