import Connect

/// A decimal number: exactly `unscaled` × 10^-`scale`.
public struct AvroDecimal: Sendable, Hashable, Codable, CustomStringConvertible {
    /// All digits, as a whole number.
    public var unscaled: Int128
    /// How many of the digits stand behind the point.
    public var scale: Int

    /// A decimal number.
    ///
    /// - Parameters:
    ///   - unscaled: all digits, as a whole number
    ///   - scale: how many of them stand behind the point; 0 or more
    public init(unscaled: Int128, scale: Int) {
        self.unscaled = unscaled
        self.scale = scale
    }

    /// Reads a number such as `-12.50`, without an exponent; nil where it is none or has more than 38 digits.
    public init?(_ text: String) {
        var digits = text[...]
        let isNegative = digits.first == "-"
        if isNegative { digits.removeFirst() }
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, parts.last?.isEmpty == false else { return nil }
        let all = parts.joined()
        guard all.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let value = Int128((isNegative ? "-" : "") + all) else {
            return nil
        }
        self.init(unscaled: value, scale: parts.count == 2 ? parts[1].utf8.count : 0)
    }

    /// `-12.50`
    public var description: String {
        guard scale > 0 else { return "\(unscaled)" }
        var digits = String(unscaled.magnitude)
        if digits.utf8.count <= scale {
            digits = String(repeating: "0", count: scale - digits.utf8.count + 1) + digits
        }
        return (unscaled < 0 ? "-" : "") + digits.dropLast(scale) + "." + digits.suffix(scale)
    }

    /// The number of so many bytes, the highest first; nil where it has more than 128 bits.
    init?(bytes: Bytes, scale: Int) {
        guard let first = bytes.first else { return nil }
        let filler: UInt8 = first & 0x80 == 0 ? 0 : 0xFF
        let surplus = max(0, bytes.count - 16)
        for byte in bytes[0..<surplus] where byte != filler { return nil }
        if surplus > 0, (bytes[surplus] ^ filler) & 0x80 != 0 { return nil }
        var value: Int128 = filler == 0 ? 0 : -1
        for byte in bytes[surplus..<bytes.count] { value = value << 8 | Int128(byte) }
        self.init(unscaled: value, scale: scale)
    }

    /// The bytes of the number, the highest first.
    ///
    /// - Parameter size: how many; nil where as few as can be
    /// - Returns: nil where there is no room for the number
    func bytes(_ size: Int?) -> Bytes? {
        var bytes = (0..<16).map { UInt8(truncatingIfNeeded: unscaled >> Int128(8 * (15 - $0))) }
        let filler: UInt8 = unscaled < 0 ? 0xFF : 0
        while bytes.count > 1, bytes[0] == filler, (bytes[1] ^ filler) & 0x80 == 0 { bytes.removeFirst() }
        guard let size else { return Bytes(bytes) }
        guard bytes.count <= size else { return nil }
        return Bytes(Array(repeating: filler, count: size - bytes.count) + bytes)
    }
}
