/// A day of the calendar.
public struct AvroDate: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public var days: Int32

    /// A day.
    ///
    /// - Parameter days: since 1970-01-01
    public init(days: Int32) { self.days = days }

    /// A day of the Gregorian calendar; nil where there is none, or where it is too far off.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), (1...31).contains(day), year.magnitude < 6_000_000 else { return nil }
        // Years that begin in March, in groups of 400.
        let shifted = month <= 2 ? year - 1 : year
        let era = AvroDate.floor(shifted, 400)
        let ofEra = shifted - era * 400
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
        guard let narrow = Int32(exactly: days) else { return nil }
        self.init(days: narrow)
        guard parts == (year, month, day) else { return nil }
    }

    /// Year, month and day of the Gregorian calendar.
    public var parts: (year: Int, month: Int, day: Int) { AvroDate.parts(Int(days)) }

    /// `2026-11-22`
    public var description: String { AvroDate.text(Int(days)) }

    static func floor(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }

    static func parts(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = floor(shifted, 146_097)
        let ofEra = shifted - era * 146_097
        let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * month + 2) / 5 + 1
        return (year + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9, day)
    }

    static func text(_ days: Int) -> String {
        let (year, month, day) = parts(days)
        let sign = year < 0 ? "-" : year > 9999 ? "+" : ""
        return "\(sign)\(padded(Int(year.magnitude), 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
