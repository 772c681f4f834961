import Connect

/// What is put in the place of a match: bytes and groups of the match.
struct Replacement: Sendable {
    private enum Part: Sendable {
        case bytes([UInt8])
        case group(Int)
    }

    private let parts: [Part]

    /// Reads a replacement: `$0` to `$9` stand for groups, `$$` for a dollar; all else for itself.
    init(_ text: String, isLiteral: Bool) {
        var parts: [Part] = []
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "$"), !isLiteral, let next = rest.first else {
                bytes.append(byte)
                continue
            }
            if next == UInt8(ascii: "$") {
                bytes.append(next)
                rest.removeFirst()
            } else if next &- UInt8(ascii: "0") < 10 {
                parts.append(.bytes(bytes))
                parts.append(.group(Int(next - UInt8(ascii: "0"))))
                bytes = []
                rest.removeFirst()
            } else {
                bytes.append(byte)
            }
        }
        parts.append(.bytes(bytes))
        self.parts = parts
    }

    /// Writes bytes with every match, or the first, replaced.
    ///
    /// A match of no bytes is replaced as well, once at each place; the byte behind it is kept.
    func replace(
        _ pattern: Pattern, in bytes: UnsafeRawBufferPointer, all: Bool, _ output: inout BytesBuilder
    ) throws {
        var copied = 0
        var start = 0
        while start <= bytes.count, let match = try pattern.find(in: bytes, from: start) {
            output.append(UnsafeRawBufferPointer(rebasing: bytes[copied..<match.lowerBound]))
            append(pattern, bytes, &output)
            copied = match.upperBound
            start = match.upperBound
            if match.isEmpty {
                if copied < bytes.count { output.append(bytes[copied]) }
                copied = min(copied + 1, bytes.count)
                start += 1
            }
            if !all { break }
        }
        output.append(UnsafeRawBufferPointer(rebasing: bytes[copied...]))
    }

    private func append(_ pattern: Pattern, _ bytes: UnsafeRawBufferPointer, _ output: inout BytesBuilder) {
        for part in parts {
            switch part {
            case .bytes(let text): text.withUnsafeBytes { output.append($0) }
            case .group(let number):
                guard let range = pattern.group(number) else { continue }
                output.append(UnsafeRawBufferPointer(rebasing: bytes[range]))
            }
        }
    }
}
