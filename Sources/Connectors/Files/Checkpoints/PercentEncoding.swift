/// Percent-encoding of names (RFC 3986, section 2.1), so that any text is one word of a line, or a file name.
///
/// Letters, digits, `-`, `.`, `_` and `~` stand for themselves; every other octet of the UTF-8 form is `%` and two
/// upper-case hexadecimal digits.
enum PercentEncoding {
    /// Encodes a text as part of a file name.
    static func fileName(_ text: String) -> String {
        encode(text, keeping: [])
    }

    /// Encodes a text as one word of a line. No text at all is `-`; slashes and colons stay readable.
    static func word(_ text: String) -> String {
        switch text {
        case "": "-"
        case "-": "%2D"
        default: encode(text, keeping: [UInt8(ascii: "/"), UInt8(ascii: ":")])
        }
    }

    /// The text that a word stands for.
    ///
    /// - Returns: nil where it is no encoded word, or not of valid UTF-8
    static func text(ofWord word: ArraySlice<UInt8>) -> String? {
        if word.elementsEqual([UInt8(ascii: "-")]) { return "" }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(word.count)
        var rest = word
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            decoded.append(high << 4 | low)
        }
        return decoded.isEmpty ? nil : String(validating: decoded, as: UTF8.self)
    }

    private static func encode(_ text: String, keeping kept: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) || kept.contains(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
