import Connect

/// Finds the first byte at which a text stops being JSON (RFC 8259), slowly: for messages about what the parser refused.
struct JSONFaultFinder {
    /// What is wrong, and where.
    struct Fault: Error {
        var code = CoderError.Code.malformed
        let offset: Int
        let message: String
    }

    private let text: UnsafeRawBufferPointer
    private let depthLimit: Int
    private var index = 0
    /// Of each array or object that is open, whether it is an object.
    private var open: [Bool] = []

    init(_ text: UnsafeRawBufferPointer, depth: Int) {
        self.text = text
        depthLimit = depth
    }

    /// What is wrong with the text.
    mutating func find() -> Fault {
        do throws(Fault) {
            try check()
        } catch {
            // What is cut looks wrong at its end, whatever is missing there.
            if error.offset >= text.count, error.code == .malformed {
                return Fault(code: .truncated, offset: text.count, message: error.message)
            }
            return error
        }
        return Fault(offset: 0, message: "it is not JSON")
    }

    /// Reads a whole document.
    ///
    /// - Throws: the first thing that is wrong
    mutating func check() throws(Fault) {
        if text.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw Fault(
                offset: 0,
                message: "the document begins with a byte order mark (ef bb bf), which JSON has not; cut it off")
        }
        if text.isEmpty { throw Fault(offset: 0, message: "there is nothing, and no bytes are no document") }
        skipSpace()
        var needsValue = true
        while needsValue || !open.isEmpty {
            if needsValue {
                needsValue = try value()
            } else {
                needsValue = try behindValue()
            }
        }
        skipSpace()
        if index < text.count { throw fault("more follows behind the document") }
    }

    private var byte: UInt8? { index < text.count ? text[index] : nil }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard let byte, UInt32(byte) == wanted.value else { return false }
        index += 1
        return true
    }

    private func fault(_ message: String) -> Fault { Fault(offset: index, message: message) }

    /// Reads a value, or the beginning of one that holds others.
    ///
    /// - Returns: whether another value must follow
    private mutating func value() throws(Fault) -> Bool {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let isObject = byte == UInt8(ascii: "{")
            if open.count == depthLimit {
                throw Fault(
                    code: .limitExceeded, offset: index,
                    message: "arrays and objects stand more than \(depthLimit) deep in each other")
            }
            index += 1
            skipSpace()
            if take(isObject ? "}" : "]") { return false }
            open.append(isObject)
            if isObject { try name() }
            return true
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
        return false
    }

    private mutating func behindValue() throws(Fault) -> Bool {
        skipSpace()
        let isObject = open.last ?? false
        if take(",") {
            skipSpace()
            if isObject { try name() }
            return true
        }
        guard take(isObject ? "}" : "]") else {
            throw fault(
                isObject ? "behind a member a comma or } is missing" : "behind an element a comma or ] is missing")
        }
        open.removeLast()
        return false
    }

    private mutating func name() throws(Fault) {
        guard byte == UInt8(ascii: "\"") else { throw fault("the name of a member is missing, in double quotes") }
        try string()
        skipSpace()
        guard take(":") else { throw fault("behind a name a colon is missing") }
        skipSpace()
    }

    private mutating func word(_ word: String) throws(Fault) {
        for scalar in word.unicodeScalars where !take(scalar) { throw fault("a value is missing here, or misspelt") }
    }

    private mutating func number() throws(Fault) {
        let isNegative = take("-")
        if !take("0") { try digits(isNegative ? "behind a minus digits are missing" : "a value is missing here") }
        if take(".") { try digits("behind a decimal point digits are missing") }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits("an exponent lacks its digits")
        }
        if let byte, byte &- 0x30 < 10 { throw fault("a number begins with 0, but has more digits") }
    }

    private mutating func digits(_ message: String) throws(Fault) {
        let start = index
        while let byte, byte &- 0x30 < 10 { index += 1 }
        if index == start { throw fault(message) }
    }

    private mutating func string() throws(Fault) {
        index += 1
        while let byte {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return
            case UInt8(ascii: "\\"): try escape()
            case 0..<0x20: throw fault("a string holds a control character, which must be escaped")
            case 0..<0x80: index += 1
            default: try scalar()
            }
        }
        throw fault("a string does not end")
    }

    private mutating func scalar() throws(Fault) {
        let rest = UnsafeRawBufferPointer(rebasing: text[index..<min(index + 4, text.count)])
        var parser = UTF8.ForwardParser()
        var iterator = rest.makeIterator()
        guard case .valid(let scalar) = parser.parseScalar(from: &iterator) else {
            throw fault("what begins here is not UTF-8")
        }
        index += scalar.count
    }

    private mutating func escape() throws(Fault) {
        let start = index
        index += 1
        guard let letter = byte else { return }
        index += 1
        if letter != UInt8(ascii: "u") {
            guard "\"\\/bfnrt".utf8.contains(letter) else {
                throw Fault(
                    offset: start, message: "there is no such escape; after \\ comes one of \" \\ / b f n r t u")
            }
            return
        }
        let code = try hexadecimal()
        guard (0xD800..<0xE000).contains(code) else { return }
        if code < 0xDC00, take("\\") {
            guard take("u") else { throw half(start) }
            if (0xDC00..<0xE000).contains(try hexadecimal()) { return }
        }
        throw half(start)
    }

    private func half(_ start: Int) -> Fault {
        Fault(offset: start, message: "half of a surrogate pair stands alone, which is no character")
    }

    private mutating func hexadecimal() throws(Fault) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fault("an escape lacks its four hexadecimal digits")
            }
            code = code << 4 | UInt32(digit)
            index += 1
        }
        return code
    }
}
