/// Reads JSON text (RFC 8259) into a tree: strictly, each name of an object once, and containers at most
/// ``StateTree/depthLimit`` deep.
package struct StateTextParser {
    private let bytes: [UInt8]
    private var position = 0

    /// Parses a whole text.
    ///
    /// - Parameter text: one JSON value, with any white space around it.
    /// - Returns: the value.
    /// - Throws: `DecodingError.dataCorrupted`, naming the byte at fault.
    package static func parse(_ text: String) throws -> StateTree {
        var parser = StateTextParser(bytes: Array(text.utf8))
        let tree = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == parser.bytes.count else { throw parser.error("more follows behind the value") }
        return tree
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func value(depth: Int) throws -> StateTree {
        skipSpace()
        switch current {
        case UInt8(ascii: "{")?: return try object(depth: depth)
        case UInt8(ascii: "[")?: return try array(depth: depth)
        case UInt8(ascii: "\"")?: return .string(try string())
        case UInt8(ascii: "t")?: return try literal("true", .bool(true))
        case UInt8(ascii: "f")?: return try literal("false", .bool(false))
        case UInt8(ascii: "n")?: return try literal("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws -> StateTree {
        guard depth < StateTree.depthLimit else { throw error("more than \(StateTree.depthLimit) containers nest") }
        try expect("{")
        var object = StateObject()
        skipSpace()
        if take("}") { return .object(object) }
        repeat {
            skipSpace()
            let name = try string()
            skipSpace()
            try expect(":")
            guard object.append(name, try value(depth: depth + 1)) else { throw error("a name occurs twice") }
            skipSpace()
        } while take(",")
        try expect("}")
        return .object(object)
    }

    private mutating func array(depth: Int) throws -> StateTree {
        guard depth < StateTree.depthLimit else { throw error("more than \(StateTree.depthLimit) containers nest") }
        try expect("[")
        var elements: [StateTree] = []
        skipSpace()
        if take("]") { return .array(elements) }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipSpace()
        } while take(",")
        try expect("]")
        return .array(elements)
    }

    private mutating func literal(_ word: StaticString, _ tree: StateTree) throws -> StateTree {
        for byte in UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount) {
            try expect(Unicode.Scalar(byte))
        }
        return tree
    }

    private mutating func number() throws -> StateTree {
        let start = position
        _ = take("-")
        // A leading zero stands alone: what follows it is refused by whoever comes next.
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() throws {
        let start = position
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw error(current == nil ? "the text ends too early" : "a value is missing") }
    }

    private mutating func string() throws -> String {
        try expect("\"")
        var result = ""
        var start = position
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                result += String(decoding: bytes[start..<position], as: UTF8.self)
                position += 1
                return result
            case UInt8(ascii: "\\"):
                result += String(decoding: bytes[start..<position], as: UTF8.self)
                position += 1
                result.unicodeScalars.append(try escape())
                start = position
            case 0..<0x20: throw error("a string holds a control character")
            default: position += 1
            }
        }
        throw error("the text ends in a string")
    }

    /// What a backslash stands for, which is taken already.
    private mutating func escape() throws -> Unicode.Scalar {
        for (letter, meaning) in Self.escapes where take(letter) { return meaning }
        guard take("u") else { throw error("an unknown escape stands") }
        var code = try hexadecimal()
        if (0xd800..<0xdc00).contains(code), take("\\"), take("u") {
            let low = try hexadecimal()
            guard (0xdc00..<0xe000).contains(low) else { throw error("half of a surrogate pair stands") }
            code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair stands") }
        return scalar
    }

    private static let escapes: [(Unicode.Scalar, Unicode.Scalar)] = [
        ("n", "\n"), ("\"", "\""), ("\\", "\\"), ("r", "\r"), ("t", "\t"), ("/", "/"), ("b", "\u{8}"), ("f", "\u{c}"),
    ]

    private mutating func hexadecimal() throws -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("an escape lacks its four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    /// The byte at the position, or nil at the end.
    private var current: UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard let current, UInt32(current) == scalar.value else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ scalar: Unicode.Scalar) throws {
        guard take(scalar) else { throw error("'\(scalar)' is missing") }
    }

    private func error(_ reason: String) -> DecodingError {
        let text = "The stored state is not JSON text as this library writes it: \(reason) at byte \(position)."
        return .dataCorrupted(DecodingError.Context(codingPath: [], debugDescription: text))
    }
}
