#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Looks for elements with too many attributes before libxml2 sees them: it compares each with all before it, so that
/// 200,000 take it half a minute.
struct XMLAttributeSearch {
    private let text: UnsafeRawBufferPointer
    private var index = 0

    /// - Parameter text: in an encoding in which the bytes of ASCII stand for themselves
    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
    }

    /// The place of a tag with more attributes than there may be; nil where there is none. What is not well-formed is not
    /// looked at any further: libxml2 will come no further either.
    static func tag(in text: UnsafeRawBufferPointer, withMoreThan limit: Int) -> Int? {
        // The shortest attribute has five bytes: a='' and white space.
        if text.count / 5 <= limit { return nil }
        var search = XMLAttributeSearch(text)
        return search.tag(withMoreThan: limit)
    }

    private mutating func tag(withMoreThan limit: Int) -> Int? {
        while let start = find(0x3C, from: index), start + 1 < text.count {
            index = start + 1
            switch text[index] {
            case 0x21 where follows("!--"): skip(behind: "-->", from: start + 4)
            case 0x21 where follows("![CDATA["): skip(behind: "]]>", from: start + 9)
            case 0x3F: skip(behind: "?>", from: start + 2)
            case 0x2F: break
            default:
                // Tags, and what is declared in a document type: there quotes stand in pairs as well.
                if countQuotes() > limit { return start }
            }
        }
        return nil
    }

    /// How many values in quotes stand before the next > outside of them.
    private mutating func countQuotes() -> Int {
        var count = 0
        while index < text.count {
            switch text[index] {
            case 0x3E, 0x3C: return count
            case 0x22, 0x27:
                guard let end = find(text[index], from: index + 1) else {
                    index = text.count
                    return count
                }
                count += 1
                index = end + 1
            default: index += 1
            }
        }
        return count
    }

    private func find(_ byte: UInt8, from start: Int) -> Int? {
        guard start < text.count, let base = text.baseAddress,
            let found = memchr(base + start, Int32(byte), text.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    private func follows(_ word: StaticString) -> Bool {
        guard text.count - index >= word.utf8CodeUnitCount, let base = text.baseAddress else { return false }
        return memcmp(base + index, word.utf8Start, word.utf8CodeUnitCount) == 0
    }

    private mutating func skip(behind word: StaticString, from start: Int) {
        index = start
        while let found = find(word.utf8Start.pointee, from: index) {
            index = found
            if follows(word) {
                index += word.utf8CodeUnitCount
                return
            }
            index += 1
        }
        index = text.count
    }
}
