import Connect

/// Base64 (RFC 4648), in which etcd's JSON has keys and values.
enum EtcdText {
    /// - Returns: the UTF-8 of a text in base64
    static func encoded(_ text: String) -> String { Base64.standard.text(of: Bytes(text)) }

    /// - Returns: the text of base64, what is not UTF-8 as U+FFFD; nil where it is no base64
    static func decoded(_ base64: String) -> String? {
        Base64.standard.bytes(of: base64).map { String(decoding: $0, as: UTF8.self) }
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
