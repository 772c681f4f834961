/// Swift code with its comments and the texts of its string literals blanked, so that words can be searched in it.
///
/// Every byte keeps its place, so lines stay lines. What is interpolated into a literal stays: it is code.
struct SwiftCode {
    private let input: [UInt8]
    private var output: [UInt8]
    private var position = 0

    /// - Returns: the code of a text
    static func blanked(_ text: String) -> String {
        var code = SwiftCode(text)
        code.scanCode(untilParenthesis: false)
        return String(decoding: code.output, as: UTF8.self)
    }

    private init(_ text: String) {
        input = Array(text.utf8)
        output = input
    }

    private func byte(_ offset: Int = 0) -> UInt8? {
        position + offset < input.count ? input[position + offset] : nil
    }

    private func isAt(_ text: StaticString) -> Bool {
        guard position + text.utf8CodeUnitCount <= input.count else { return false }
        return (0..<text.utf8CodeUnitCount).allSatisfy { input[position + $0] == text.utf8Start[$0] }
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where position < input.count {
            if input[position] != UInt8(ascii: "\n") { output[position] = UInt8(ascii: " ") }
            position += 1
        }
    }

    private mutating func scanCode(untilParenthesis: Bool) {
        var depth = 0
        while let next = byte() {
            if next == UInt8(ascii: "/"), isAt("//") {
                while let inner = byte(), inner != UInt8(ascii: "\n") { blank(1) }
            } else if next == UInt8(ascii: "/"), isAt("/*") {
                scanBlockComment()
            } else if next == UInt8(ascii: "\"") || next == UInt8(ascii: "#"), let hashes = openingHashes() {
                scanLiteral(hashes: hashes)
            } else {
                if next == UInt8(ascii: "(") { depth += 1 }
                if next == UInt8(ascii: ")") { depth -= 1 }
                if untilParenthesis, depth < 0 { return }
                position += 1
            }
        }
    }

    private mutating func scanBlockComment() {
        var depth = 0
        while byte() != nil {
            if isAt("/*") {
                depth += 1
                blank(2)
            } else if isAt("*/") {
                depth -= 1
                blank(2)
                if depth == 0 { return }
            } else {
                blank(1)
            }
        }
    }

    /// How many `#` stand before the quote of a literal that begins here; nil where none begins.
    private func openingHashes() -> Int? {
        var hashes = 0
        while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
        return byte(hashes) == UInt8(ascii: "\"") ? hashes : nil
    }

    private mutating func scanLiteral(hashes: Int) {
        position += hashes
        let quotes = isAt("\"\"\"") ? 3 : 1
        position += quotes
        while let next = byte() {
            if next == UInt8(ascii: "\\"), areHashes(hashes, at: 1) {
                let escaped = byte(1 + hashes)
                blank(1 + hashes)
                if escaped == UInt8(ascii: "(") {
                    position += 1
                    scanCode(untilParenthesis: true)
                    position += 1
                } else {
                    blank(1)
                }
            } else if isEnd(quotes: quotes, hashes: hashes) {
                position += quotes + hashes
                return
            } else {
                blank(1)
            }
        }
    }

    private func isEnd(quotes: Int, hashes: Int) -> Bool {
        byte() == UInt8(ascii: "\"") && (quotes == 1 || isAt("\"\"\"")) && areHashes(hashes, at: quotes)
    }

    private func areHashes(_ count: Int, at offset: Int) -> Bool {
        count == 0 || (0..<count).allSatisfy { byte(offset + $0) == UInt8(ascii: "#") }
    }
}
