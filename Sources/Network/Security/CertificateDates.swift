import NIOSSL

/// When a certificate is valid, for people: what a failed check does not say is often seen by that.
struct CertificateDates: Sendable, Hashable, CustomStringConvertible {
    /// The first second, since 1970.
    let begin: Int
    /// The last second, since 1970.
    let end: Int

    init(begin: Int, end: Int) {
        self.begin = begin
        self.end = end
    }

    init(of certificate: NIOSSLCertificate) {
        self.init(begin: Int(certificate.notValidBefore), end: Int(certificate.notValidAfter))
    }

    /// `valid from 2026-01-31 to 2027-01-31`
    var description: String { "valid from \(Self.day(of: begin)) to \(Self.day(of: end))" }

    /// The day of a second in UTC, by the calendar's rule of 400 years; years begin in March, so that the day which some
    /// of them have more is the last.
    private static func day(of second: Int) -> String {
        let days = Int((Double(second) / 86_400).rounded(.down)) + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
    }
}
