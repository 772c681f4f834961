/// A time of day.
public struct AvroTime: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Microseconds since midnight.
    public var microseconds: Int64

    /// A time of day.
    ///
    /// - Parameter microseconds: since midnight
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// `13:05:00.25`
    public var description: String {
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return AvroTime.text(Int(seconds), nanoseconds: Int(rest) * 1000)
    }

    static func text(_ seconds: Int, nanoseconds: Int) -> String {
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { AvroDate.padded($0, 2) }.joined(
            separator: ":")
        if nanoseconds == 0 { return clock }
        var fraction = AvroDate.padded(nanoseconds, 9)
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return clock + "." + fraction
    }
}
