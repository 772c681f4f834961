import Connect

/// A number as it is written: of any size and precision.
public struct JSONNumber: Sendable, CustomStringConvertible {
    /// How it is written.
    public let description: String

    init(valid text: UnsafeRawBufferPointer) {
        description = String(decoding: text, as: UTF8.self)
    }

    /// A number; nil where the text is none of JSON.
    public init?(_ text: String) {
        guard let document = try? JSONDocument(parsing: Bytes(text)), document.root.kind == .number,
            document.root.bytes.count == text.utf8.count
        else { return nil }
        description = text
    }

    /// The nearest number in binary; nil where it is too large.
    public var double: Double? {
        guard let value = Double(description), value.isFinite else { return nil }
        return value
    }

    /// The nearest number in binary of half the precision; nil where it is too large.
    var float: Float? {
        guard let value = Float(description), value.isFinite else { return nil }
        return value
    }

    /// A whole number that the type can hold exactly; nil where it is not whole or too large.
    public func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Int.self) -> Integer? {
        var text = description
        return text.withUTF8 { JSONNumber.integer(UnsafeRawBufferPointer($0)) }
    }

    /// The whole number that a valid text says, if the type can hold it exactly.
    static func integer<Integer: FixedWidthInteger>(_ text: UnsafeRawBufferPointer) -> Integer? {
        var value: Integer = 0
        let isNegative = text.first == UInt8(ascii: "-")
        for byte in text[(isNegative ? 1 : 0)...] {
            let digit = byte &- 0x30
            // A point or exponent: the general way.
            guard digit < 10 else { return Decimal(text).integer() }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            let (sum, overflowing) =
                isNegative
                ? tens.subtractingReportingOverflow(Integer(digit)) : tens.addingReportingOverflow(Integer(digit))
            if overflowing { return nil }
            value = sum
        }
        return value
    }

    /// Digits without zeros at either end, and where the point stands: 0.digits × 10^exponent. Zero has no digits.
    private struct Decimal {
        var isNegative = false
        var digits: [UInt8] = []
        var exponent = 0

        init(_ text: UnsafeRawBufferPointer) {
            isNegative = text.first == UInt8(ascii: "-")
            var hasPoint = false
            var rest = text[(isNegative ? 1 : 0)...]
            while let byte = rest.first, byte | 0x20 != UInt8(ascii: "e") {
                rest.removeFirst()
                if byte == UInt8(ascii: ".") {
                    hasPoint = true
                    continue
                }
                let isLeadingZero = byte == 0x30 && digits.isEmpty
                if !isLeadingZero { digits.append(byte - 0x30) }
                if hasPoint { exponent -= isLeadingZero ? 1 : 0 } else if !isLeadingZero { exponent += 1 }
            }
            while digits.last == 0 { digits.removeLast() }
            guard !digits.isEmpty else {
                (isNegative, exponent) = (false, 0)
                return
            }
            rest = rest.dropFirst()
            guard let sign = rest.first else { return }
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest.removeFirst() }
            // No text is long enough to make up for an exponent beyond this.
            let written = rest.reduce(0) { min($0 * 10 + Int($1 - 0x30), 1 << 40) }
            exponent += sign == UInt8(ascii: "-") ? -written : written
        }

        func integer<Integer: FixedWidthInteger>() -> Integer? {
            if digits.isEmpty { return 0 }
            // More digits than any type of up to 1024 bits has.
            guard exponent >= digits.count, exponent < 400 else { return nil }
            var value: Integer = 0
            for place in 0..<exponent {
                let digit = place < digits.count ? Integer(digits[place]) : 0
                let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
                let (sum, overflowing) =
                    isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
                if overflow || overflowing { return nil }
                value = sum
            }
            return value
        }

        /// -1, 0 or 1: less, equal or greater.
        func compared(to other: Decimal) -> Int {
            let (sign, otherSign) = (signum, other.signum)
            if sign != otherSign { return sign < otherSign ? -1 : 1 }
            if exponent != other.exponent { return exponent < other.exponent ? -sign : sign }
            if digits == other.digits { return 0 }
            return digits.lexicographicallyPrecedes(other.digits) ? -sign : sign
        }

        private var signum: Int { digits.isEmpty ? 0 : isNegative ? -1 : 1 }
    }

    /// Compares two numbers exactly.
    ///
    /// - Parameters:
    ///   - left: the text of one
    ///   - right: the text of the other
    /// - Returns: -1, 0 or 1: less, equal or greater
    static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        if let one: Int = shortInteger(left), let other: Int = shortInteger(right) {
            return one == other ? 0 : one < other ? -1 : 1
        }
        return Decimal(left).compared(to: Decimal(right))
    }

    private static func shortInteger(_ text: UnsafeRawBufferPointer) -> Int? {
        var value = 0
        let isNegative = text.first == UInt8(ascii: "-")
        if text.count > 18 { return nil }
        for byte in text[(isNegative ? 1 : 0)...] {
            if byte &- 0x30 > 9 { return nil }
            value = value * 10 + Int(byte &- 0x30)
        }
        return isNegative ? -value : value
    }
}

extension JSONNumber: Comparable, Hashable {
    /// Whether two numbers are equal, however they are written: 1, 1.0 and 10e-1 are.
    public static func == (left: JSONNumber, right: JSONNumber) -> Bool { left.compared(to: right) == 0 }

    /// Whether a number is less than another, exactly.
    public static func < (left: JSONNumber, right: JSONNumber) -> Bool { left.compared(to: right) < 0 }

    /// Feeds what equal numbers have in common to a hasher.
    public func hash(into hasher: inout Hasher) {
        var text = description
        text.withUTF8 { text in
            let decimal = Decimal(UnsafeRawBufferPointer(text))
            hasher.combine(decimal.isNegative)
            hasher.combine(decimal.exponent)
            hasher.combine(decimal.digits)
        }
    }

    private func compared(to other: JSONNumber) -> Int {
        var (one, two) = (description, other.description)
        return one.withUTF8 { one in
            two.withUTF8 { two in JSONNumber.compare(UnsafeRawBufferPointer(one), UnsafeRawBufferPointer(two)) }
        }
    }
}
