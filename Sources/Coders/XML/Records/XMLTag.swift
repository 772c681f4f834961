/// A start or end tag, from its < to its >.
struct XMLTag {
    let bytes: UnsafeRawBufferPointer

    var isEnd: Bool { bytes.count > 1 && bytes[1] == 0x2F }
    /// Whether it is the end of its element as well.
    var isEmpty: Bool { bytes.count > 2 && bytes[bytes.count - 2] == 0x2F }

    private var nameStart: Int { isEnd ? 2 : 1 }

    /// Where the name ends.
    var nameEnd: Int {
        var index = nameStart
        while index < bytes.count, !XMLTag.isSpace(bytes[index]), bytes[index] != 0x3E, bytes[index] != 0x2F {
            index += 1
        }
        return index
    }

    var name: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[nameStart..<nameEnd]) }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    /// A namespace that a tag declares.
    struct Declaration {
        /// Nothing for names without one.
        var prefix: [UInt8]
        /// As it is written, with the quotes.
        var text: [UInt8]
    }

    /// The namespaces that it declares. What is not well-formed ends it; whoever reads the whole will say so.
    var declarations: [Declaration] {
        var all: [Declaration] = []
        var index = nameEnd
        while true {
            while index < bytes.count, XMLTag.isSpace(bytes[index]) { index += 1 }
            let start = index
            while index < bytes.count, bytes[index] != 0x3D, !XMLTag.isSpace(bytes[index]), bytes[index] != 0x3E {
                index += 1
            }
            let name = bytes[start..<index]
            while index < bytes.count, XMLTag.isSpace(bytes[index]) { index += 1 }
            guard !name.isEmpty, index < bytes.count, bytes[index] == 0x3D else { return all }
            index += 1
            while index < bytes.count, XMLTag.isSpace(bytes[index]) { index += 1 }
            guard index < bytes.count, bytes[index] == 0x22 || bytes[index] == 0x27,
                let end = bytes[(index + 1)...].firstIndex(of: bytes[index])
            else { return all }
            if name.starts(with: "xmlns".utf8), name.count == 5 || name[start + 5] == 0x3A {
                let text = Array(name) + [0x3D] + Array(bytes[index...end])
                all.append(Declaration(prefix: Array(name.dropFirst(6)), text: text))
            }
            index = end + 1
        }
    }

    /// The value of an attribute in a declaration of XML, such as its encoding.
    static func value(of name: String, in instruction: UnsafeRawBufferPointer) -> [UInt8]? {
        let wanted = Array(name.utf8)
        guard instruction.count > wanted.count else { return nil }
        for start in 0..<(instruction.count - wanted.count) where instruction[start...].starts(with: wanted) {
            var rest = instruction[(start + wanted.count)...].drop(while: isSpace)
            guard rest.popFirst() == 0x3D else { continue }
            rest = rest.drop(while: isSpace)
            guard let quote = rest.popFirst(), quote == 0x22 || quote == 0x27, let end = rest.firstIndex(of: quote)
            else {
                continue
            }
            return Array(rest[..<end])
        }
        return nil
    }
}
