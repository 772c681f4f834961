import Connect

/// Base64 (RFC 4648), in which etcd's JSON has keys and values.
enum EtcdText {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// - Returns: the UTF-8 of a text in base64
    static func encoded(_ text: String) -> String {
        var output: [UInt8] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let group = part.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - part.count))
            for place in 0..<4 {
                let isFilled = place <= part.count
                output.append(isFilled ? alphabet[Int(group >> (18 - 6 * UInt32(place)) & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// - Returns: the text of base64, what is not UTF-8 as U+FFFD; nil where it is no base64
    static func decoded(_ base64: String) -> String? {
        var output: [UInt8] = []
        var group: UInt32 = 0
        var bits = 0
        let digits = base64.utf8.reversed().drop { $0 == UInt8(ascii: "=") }.reversed()
        guard base64.utf8.count % 4 == 0, base64.utf8.count - digits.count <= 2 else { return nil }
        for byte in digits {
            guard let digit = alphabet.firstIndex(of: byte) else { return nil }
            group = group << 6 | UInt32(digit)
            bits += 6
            if bits >= 8 {
                bits -= 8
                output.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The end of the range of all keys that begin with a prefix, which ends with `/`.
    static func rangeEnd(of prefix: String) -> String { String(prefix.dropLast()) + "0" }
}

extension StateTree {
    /// A member of an object; nil where there is none, or this is no object.
    subscript(name: String) -> StateTree? {
        if case .object(let object) = self { object[name] } else { nil }
    }

    /// The text of a string.
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// A whole number; etcd writes those of 64 bits as strings.
    var whole: Int64? {
        switch self {
        case .string(let text), .number(let text): Int64(text)
        default: nil
        }
    }

    /// Whether it is `true`.
    var isTrue: Bool { self == .bool(true) }

    /// The elements of an array; none where this is no array.
    var elements: [StateTree] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// It as JSON on one line.
    var json: String {
        var writer = StateTextWriter()
        writer.write(self)
        return writer.text
    }
}
