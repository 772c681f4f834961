/// A universally unique identifier.
public struct AvroUUID: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Its 128 bits.
    public var value: UInt128

    /// An identifier of 128 bits.
    public init(_ value: UInt128) { self.value = value }

    /// Reads `123e4567-e89b-12d3-a456-426614174000`, in letters of any case; nil where the text is none.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12], text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }),
            let value = UInt128(parts.joined(), radix: 16)
        else { return nil }
        self.init(value)
    }

    /// `123e4567-e89b-12d3-a456-426614174000`
    public var description: String {
        let digits = String(value, radix: 16)
        var rest = (String(repeating: "0", count: 32 - digits.utf8.count) + digits)[...]
        return [8, 4, 4, 4, 12].map { width in
            defer { rest = rest.dropFirst(width) }
            return String(rest.prefix(width))
        }.joined(separator: "-")
    }
}
