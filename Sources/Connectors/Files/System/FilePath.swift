/// The name of a file as the system knows it: any bytes but NUL.
///
/// File names need not be text: a newline, a leading dash and invalid UTF-8 stay what they are. Paths are compared and
/// ordered byte by byte.
public struct FilePath: Sendable, Hashable {
    /// The bytes of the path, without a NUL at the end.
    public let bytes: [UInt8]

    /// A path by its bytes.
    public init(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// The path that a text names in UTF-8.
    public init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// The bytes behind the last slash: the name within its directory.
    public var lastComponent: FilePath {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return self }
        return FilePath(bytes: bytes[(slash + 1)...])
    }

    /// The directory that the last component stands in; `.` where the path has no slash.
    public var directory: FilePath {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == 0 ? "/" : FilePath(bytes: bytes[..<slash])
    }

    /// The path of a name within this directory; without a directory (no bytes) the name alone.
    public func appending(_ name: FilePath) -> FilePath {
        if bytes.isEmpty { return name }
        let separator: [UInt8] = bytes.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]
        return FilePath(bytes: bytes + separator + name.bytes)
    }

    /// Whether the path ends with the bytes of a text, for example `.gz`.
    public func hasSuffix(_ text: String) -> Bool {
        bytes.count >= text.utf8.count && bytes.suffix(text.utf8.count).elementsEqual(text.utf8)
    }
}

extension FilePath: Comparable {
    /// Whether a path is before another one, byte by byte.
    public static func < (left: FilePath, right: FilePath) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension FilePath: ExpressibleByStringLiteral {
    /// The path that a literal names in UTF-8.
    public init(stringLiteral value: String) {
        self.init(value)
    }
}

extension FilePath: CustomStringConvertible {
    /// The path for people: control characters and what is not valid UTF-8 are shown as `\xNN`.
    public var description: String {
        if let text = String(validating: bytes, as: UTF8.self) {
            var shown = ""
            for scalar in text.unicodeScalars {
                if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) {
                    for byte in Array(String(scalar).utf8) { shown += FilePath.escape(byte, after: #"\x"#) }
                } else {
                    shown.unicodeScalars.append(scalar)
                }
            }
            return shown
        }
        return bytes.reduce(into: "") { shown, byte in
            shown += (0x20..<0x7F).contains(byte) ? String(UnicodeScalar(byte)) : FilePath.escape(byte, after: #"\x"#)
        }
    }

    private static func escape(_ byte: UInt8, after prefix: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return prefix + String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
    }
}

extension FilePath {
    /// The path as text that holds every byte: those which may stand in the path of a URI (RFC 3986, 3.3) are kept,
    /// all others are written as `%NN`. Used as the name of the file's partition.
    public var percentEncoded: String {
        bytes.reduce(into: "") { text, byte in
            text += FilePath.isPlain(byte) ? String(UnicodeScalar(byte)) : FilePath.escape(byte, after: "%")
        }
    }

    /// The path that a percent-encoded text stands for; nil where a `%` is not followed by two hexadecimal digits.
    public init?(percentEncoded text: String) {
        var decoded: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(FilePath.hexadecimalValue),
                let low = rest.popFirst().flatMap(FilePath.hexadecimalValue)
            else { return nil }
            decoded.append(high << 4 | low)
        }
        bytes = decoded
    }

    // unreserved, sub-delims, ":", "@" and "/"
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            "-._~!$&'()*+,;=:@/".utf8.contains(byte)
        }
    }

    private static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
