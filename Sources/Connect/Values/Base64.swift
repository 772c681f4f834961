/// Bytes as text of 64 letters (RFC 4648, sections 4 and 5).
package struct Base64: Sendable {
    /// That with + and /, filled up with =.
    package static let standard = Base64()

    /// What is wrong with a text, and at which of its bytes.
    package struct Malformed: Error {
        package let message: String
        package let offset: Int
    }

    private let digits: [UInt8]
    /// The value of each byte; 64 where it is no digit.
    private let values: [UInt8]
    private let isPadded: Bool
    private static let padding = UInt8(ascii: "=")

    /// A form of it.
    ///
    /// - Parameters:
    ///   - isForURLs: whether the last two letters are - and _ instead of + and /
    ///   - isPadded: whether the last group is filled up with =
    package init(isForURLs: Bool = false, isPadded: Bool = true) {
        let digits = Array(
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + (isForURLs ? "-_" : "+/")).utf8)
        var values = [UInt8](repeating: 64, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        self.digits = digits
        self.values = values
        self.isPadded = isPadded
    }

    /// Writes bytes as text.
    package func encode(_ bytes: UnsafeRawBufferPointer, _ output: inout BytesBuilder) {
        var index = 0
        while index < bytes.count {
            let count = min(3, bytes.count - index)
            var group = UInt32(bytes[index]) << 16
            if count > 1 { group |= UInt32(bytes[index + 1]) << 8 }
            if count > 2 { group |= UInt32(bytes[index + 2]) }
            for place in 0...count { output.append(digits[Int(group >> (18 - 6 * UInt32(place)) & 63)]) }
            if isPadded { for _ in count..<3 { output.append(Base64.padding) } }
            index += 3
        }
    }

    /// The text of bytes; for short ones, such as a password in a header.
    package func text(of bytes: Bytes) -> String {
        var output = BytesBuilder()
        bytes.withUnsafeBytes { encode($0, &output) }
        return String(decoding: output.take(), as: UTF8.self)
    }

    /// The bytes of a text; for short ones.
    ///
    /// - Returns: nil where it is no base64
    package func bytes(of text: String) -> Bytes? {
        var output = BytesBuilder()
        guard (try? Bytes(text).withUnsafeBytes { try decode($0, &output) }) != nil else { return nil }
        return output.take()
    }

    /// Reads text strictly.
    ///
    /// - Throws: where it is not exactly what `encode(_:_:)` writes
    package func decode(_ text: UnsafeRawBufferPointer, _ output: inout BytesBuilder) throws(Malformed) {
        let end = try digitCount(text)
        var index = 0
        while index < end {
            let count = min(4, end - index)
            var group: UInt32 = 0
            for place in 0..<count {
                let value = values[Int(text[index + place])]
                guard value < 64 else {
                    throw Malformed(message: "a byte is no digit of base64", offset: index + place)
                }
                group |= UInt32(value) << (18 - 6 * UInt32(place))
            }
            guard group & (1 << (24 - 8 * UInt32(count - 1)) - 1) == 0 else {
                throw Malformed(message: "the last digit holds bits that belong to no byte", offset: index + count - 1)
            }
            for place in 0..<(count - 1) { output.append(UInt8(truncatingIfNeeded: group >> (16 - 8 * UInt32(place)))) }
            index += 4
        }
    }

    /// How many digits there are before the padding, which is checked.
    private func digitCount(_ text: UnsafeRawBufferPointer) throws(Malformed) -> Int {
        guard isPadded else {
            if text.count % 4 == 1 {
                throw Malformed(message: "one digit is left, which is less than a byte", offset: text.count - 1)
            }
            return text.count
        }
        guard text.count % 4 == 0 else {
            throw Malformed(
                message: "the length is no multiple of 4: padding is missing, or something else", offset: text.count)
        }
        guard text.count > 0, text[text.count - 1] == Base64.padding else { return text.count }
        return text[text.count - 2] == Base64.padding ? text.count - 2 : text.count - 1
    }
}
