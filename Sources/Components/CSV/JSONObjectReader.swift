import Connect
import ConnectText

/// Reads one JSON object (RFC 8259): its strings as what they say, its other values as they are written.
struct JSONObjectReader {
    private static let depthLimit = 64
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The members of the object by name; null is no bytes.
    ///
    /// - Throws: `CoderError` where the bytes are no object, or a name stands there twice
    mutating func members() throws(CoderError) -> [String: [UInt8]] {
        if String(validating: bytes, as: UTF8.self) == nil { throw error("it is not UTF-8") }
        var members: [String: [UInt8]] = [:]
        skipSpace()
        try expect("{", "an object begins with {")
        skipSpace()
        if !take("}") {
            repeat {
                skipSpace()
                let name = String(decoding: try string(), as: UTF8.self)
                skipSpace()
                try expect(":", "a colon is missing behind a name")
                skipSpace()
                let value = try value(depth: 1)
                if members.updateValue(value, forKey: name) != nil {
                    throw error("the name \"\(name)\" stands there twice")
                }
                skipSpace()
            } while take(",")
            try expect("}", "the object does not end")
        }
        skipSpace()
        if index < bytes.count { throw error("more follows behind the object") }
        return members
    }

    private mutating func value(depth: Int) throws(CoderError) -> [UInt8] {
        let start = index
        switch current {
        case UInt8(ascii: "\""): return try string()
        case UInt8(ascii: "{"), UInt8(ascii: "["): try skipContainer(depth: depth)
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"):
            try word("null")
            return []
        default: try number()
        }
        return Array(bytes[start..<index])
    }

    private mutating func skipContainer(depth: Int) throws(CoderError) {
        if depth > JSONObjectReader.depthLimit { throw error("values stand more than 64 deep in each other") }
        let isObject = current == UInt8(ascii: "{")
        let end: Unicode.Scalar = isObject ? "}" : "]"
        index += 1
        skipSpace()
        if take(end) { return }
        repeat {
            skipSpace()
            if isObject {
                _ = try string()
                skipSpace()
                try expect(":", "a colon is missing behind a name")
                skipSpace()
            }
            _ = try value(depth: depth + 1)
            skipSpace()
        } while take(",")
        try expect(end, "an object or array does not end")
    }

    private mutating func number() throws(CoderError) {
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
    }

    private mutating func digits() throws(CoderError) {
        let start = index
        while let byte = current, byte &- UInt8(ascii: "0") < 10 { index += 1 }
        if index == start { throw error("a value is missing or wrong") }
    }

    private mutating func word(_ word: String) throws(CoderError) {
        for scalar in word.unicodeScalars { try expect(scalar, "a value is missing or wrong") }
    }

    private mutating func string() throws(CoderError) -> [UInt8] {
        try expect("\"", "a string is missing")
        var result: [UInt8] = []
        while let byte = current {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return result
            case UInt8(ascii: "\\"): result += Array(String(Character(try escape())).utf8)
            case 0..<0x20: throw error("a string holds a control character")
            default: result.append(byte)
            }
        }
        throw error("a string does not end")
    }

    private static let escapes: [(letter: Unicode.Scalar, meaning: Unicode.Scalar)] = [
        ("n", "\n"), ("\"", "\""), ("\\", "\\"), ("r", "\r"), ("t", "\t"), ("/", "/"), ("b", "\u{8}"), ("f", "\u{c}"),
    ]

    private mutating func escape() throws(CoderError) -> Unicode.Scalar {
        for escape in JSONObjectReader.escapes where take(escape.letter) { return escape.meaning }
        try expect("u", "there is no such escape")
        var code = try hexadecimal()
        if (0xD800..<0xDC00).contains(code), take("\\"), take("u") {
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair stands alone") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair stands alone") }
        return scalar
    }

    private mutating func hexadecimal() throws(CoderError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("an escape lacks its four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            index += 1
        }
        return code
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard let current, UInt32(current) == scalar.value else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ scalar: Unicode.Scalar, _ message: String) throws(CoderError) {
        if !take(scalar) { throw error(message) }
    }

    private func error(_ message: String) -> CoderError {
        CoderError(.malformed, coder: "csv", offset: Int64(index), "the message is not a JSON object: \(message)")
    }
}
