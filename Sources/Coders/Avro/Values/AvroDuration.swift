/// Months, days and milliseconds, of which none says how many of the others it is.
public struct AvroDuration: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Whole months.
    public var months: UInt32
    /// Whole days.
    public var days: UInt32
    /// Milliseconds.
    public var milliseconds: UInt32

    /// A duration.
    ///
    /// - Parameters:
    ///   - months: whole months
    ///   - days: whole days
    ///   - milliseconds: and milliseconds
    public init(months: UInt32 = 0, days: UInt32 = 0, milliseconds: UInt32 = 0) {
        self.months = months
        self.days = days
        self.milliseconds = milliseconds
    }

    /// `P1M2DT0.25S`
    public var description: String {
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        return "P\(months)M\(days)DT\(seconds).\(AvroDate.padded(Int(rest), 3))S"
    }
}
