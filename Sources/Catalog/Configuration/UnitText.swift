/// Numbers with units, as people write them.
enum UnitText {
    private static let durations: [(unit: String, nanoseconds: Int64)] = [
        ("ns", 1), ("us", 1000), ("µs", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
        ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
    ]

    private static let sizes: [(unit: String, bytes: Int)] = [
        ("", 1), ("b", 1), ("kib", 1 << 10), ("mib", 1 << 20), ("gib", 1 << 30), ("tib", 1 << 40),
    ]

    /// Reads `500ms`, `1h30m`, `2.5s`.
    ///
    /// - Returns: nil where it is no time, or too long to count in nanoseconds
    static func duration(_ text: String) -> Duration? {
        var rest = text[...]
        var total: Int64 = 0
        if rest.isEmpty { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !($0.isASCII && $0.isNumber) }
            rest = rest.dropFirst(unit.count)
            guard let known = durations.first(where: { $0.unit == unit }),
                let part = scaled(number, by: known.nanoseconds)
            else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(part)
            if overflow { return nil }
            total = sum
        }
        return .nanoseconds(total)
    }

    /// Reads `4096`, `64KiB`, `1.5GiB`; letters may be small.
    ///
    /// - Returns: nil where it is no number of bytes
    static func bytes(_ text: String) -> Int? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(number.count).lowercased()
        guard let known = sizes.first(where: { $0.unit == unit }) else { return nil }
        return scaled(number, by: Int64(known.bytes)).flatMap { Int(exactly: $0) }
    }

    private static func scaled(_ number: Substring, by unit: Int64) -> Int64? {
        if let whole = Int64(number) {
            let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
            return overflow ? nil : product
        }
        guard let fraction = Double(number), fraction.isFinite else { return nil }
        return Int64(exactly: (fraction * Double(unit)).rounded())
    }
}
