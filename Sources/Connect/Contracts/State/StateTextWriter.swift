/// Writes a tree as JSON text (RFC 8259) on one line, without white space.
package struct StateTextWriter {
    package private(set) var text = ""

    package init() {}

    /// Writes a value behind what is written already.
    package mutating func write(_ tree: StateTree) {
        switch tree {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let number): text += number
        case .string(let string): write(string)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                write(element)
            }
            text += "]"
        case .object(let object):
            text += "{"
            for (index, name) in object.names.enumerated() {
                if index > 0 { text += "," }
                write(name)
                text += ":"
                write(object.values[index])
            }
            text += "}"
        }
    }

    private mutating func write(_ string: String) {
        text += "\""
        if string.utf8.allSatisfy({ (0x20..<0x7f).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        ) {
            text += string
        } else {
            string.unicodeScalars.forEach { write($0) }
        }
        text += "\""
    }

    private mutating func write(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": text += "\\\""
        case "\\": text += "\\\\"
        case "\n": text += "\\n"
        case "\r": text += "\\r"
        case "\t": text += "\\t"
        // RFC 8259 asks only for what is below U+0020; the others end a line for some readers, and the text is one line.
        case "\0"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
            let digits = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: text.unicodeScalars.append(scalar)
        }
    }
}
