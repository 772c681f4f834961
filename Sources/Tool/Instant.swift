import Connect

/// Instants as people and machines write them (RFC 3339): `2027-01-31T18:30:00Z`, `2027-01-31T19:30:00.5+01:00`.
enum Instant {
    /// Reads an instant.
    ///
    /// - Returns: nil where it is none, or beyond the years 1677 to 2262
    static func read(_ text: String) -> EventTime? {
        var rest = Array(text.utf8)[...]
        guard let year = number(&rest, 4), take(&rest, "-"), let month = number(&rest, 2), take(&rest, "-"),
            let day = number(&rest, 2), take(&rest, "T") || take(&rest, "t") || take(&rest, " "),
            let hour = number(&rest, 2), take(&rest, ":"), let minute = number(&rest, 2), take(&rest, ":"),
            let second = number(&rest, 2), let fraction = fraction(&rest), let offset = offset(&rest), rest.isEmpty,
            (1...12).contains(month), (1...daysInMonth(month, year)).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = days(year, month, day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        let (nanoseconds, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isBeyond) = nanoseconds.addingReportingOverflow(Int64(fraction))
        return overflow || isBeyond ? nil : EventTime(nanosecondsSinceEpoch: sum)
    }

    /// Writes an instant, in UTC and with milliseconds.
    static func text(_ time: EventTime) -> String {
        let milliseconds = Int(time.millisecondsSinceEpoch)
        let seconds = (Double(milliseconds) / 1000).rounded(.down)
        let days = Int((seconds / 86_400).rounded(.down))
        let rest = Int(seconds) - days * 86_400
        let (year, month, day) = date(days)
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return digits(year, 4) + "-" + digits(month, 2) + "-" + digits(day, 2) + "T" + digits(rest / 3600, 2) + ":"
            + digits(rest / 60 % 60, 2) + ":" + digits(rest % 60, 2) + "."
            + digits(milliseconds - Int(seconds) * 1000, 3) + "Z"
    }

    /// Days since 1970-01-01 in the Gregorian calendar; the year is taken to begin in March, with the leap day at its end.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }

    private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let days = days + 719_468
        let era = days / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let calendarMonth = month < 10 ? month + 3 : month - 9
        return (yearOfEra + era * 400 + (calendarMonth <= 2 ? 1 : 0), calendarMonth, day)
    }

    private static func daysInMonth(_ month: Int, _ year: Int) -> Int {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, _ count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        rest = rest.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1) - 48 }
    }

    private static func take(_ rest: inout ArraySlice<UInt8>, _ sign: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: sign) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Nanoseconds; 0 where there is no fraction, nil where a point has no digits behind it.
    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard take(&rest, ".") else { return 0 }
        let digits = rest.prefix { (48...57).contains($0) }
        rest = rest.dropFirst(digits.count)
        if digits.isEmpty { return nil }
        let nine = digits.prefix(9) + Array(repeating: 48, count: max(0, 9 - digits.count))
        return nine.reduce(0) { $0 * 10 + Int($1) - 48 }
    }

    /// Seconds east of UTC.
    private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int? {
        if take(&rest, "Z") || take(&rest, "z") { return 0 }
        let isWest = rest.first == UInt8(ascii: "-")
        guard take(&rest, "+") || take(&rest, "-"), let hours = number(&rest, 2), take(&rest, ":"),
            let minutes = number(&rest, 2), hours < 24, minutes < 60
        else { return nil }
        let seconds = hours * 3600 + minutes * 60
        return isWest ? -seconds : seconds
    }
}
