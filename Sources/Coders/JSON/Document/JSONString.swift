import Connect

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The text of strings, and their form in JSON.
enum JSONString {
    /// What a string says whose escapes are known to be right.
    ///
    /// - Parameter written: what stands between its quotes
    /// - Returns: UTF-8
    static func content(of written: UnsafeRawBufferPointer) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(written.count)
        var index = 0
        while index < written.count {
            let byte = written[index]
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                index += 1
                continue
            }
            let letter = written[index + 1]
            index += 2
            switch letter {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var code = code(written, index)
                index += 4
                if (0xD800..<0xDC00).contains(code) {
                    code = 0x10000 + (code - 0xD800) << 10 + (self.code(written, index + 2) - 0xDC00)
                    index += 6
                }
                if let scalar = Unicode.Scalar(code) { result += Array(String(Character(scalar)).utf8) }
            default: result.append(letter)
            }
        }
        return result
    }

    private static func code(_ written: UnsafeRawBufferPointer, _ start: Int) -> UInt32 {
        var code: UInt32 = 0
        for byte in written[start..<(start + 4)] {
            let digit = byte < 0x40 ? byte - 0x30 : (byte | 0x20) - 0x61 + 10
            code = code << 4 | UInt32(digit)
        }
        return code
    }

    /// Whether two pieces of memory hold the same.
    @inline(__always)
    static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let one = left.baseAddress, let other = right.baseAddress, left.count > 0 else { return true }
        return memcmp(one, other, left.count) == 0
    }

    /// A text as a string of JSON with its quotes; only what must be is escaped.
    static func quoted(_ text: String) -> [UInt8] {
        var result: [UInt8] = [UInt8(ascii: "\"")]
        result.reserveCapacity(text.utf8.count + 2)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
            case 0x08: result += "\\b".utf8
            case 0x09: result += "\\t".utf8
            case 0x0A: result += "\\n".utf8
            case 0x0C: result += "\\f".utf8
            case 0x0D: result += "\\r".utf8
            case 0..<0x20:
                result += "\\u00".utf8
                result += [hexadecimal(byte >> 4), hexadecimal(byte & 15)]
            default: result.append(byte)
            }
        }
        result.append(UInt8(ascii: "\""))
        return result
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 { digit < 10 ? 0x30 + digit : 0x61 + digit - 10 }
}
