/// Finds the end of a document type.
enum XMLDoctype {
    /// The place behind its >; nil where it has not come yet.
    static func end(in buffer: [UInt8], from start: Int) -> Int? {
        var index = start + 9
        var isInSubset = false
        while index < buffer.count {
            switch buffer[index] {
            case 0x22, 0x27:
                guard let end = buffer[(index + 1)...].firstIndex(of: buffer[index]) else { return nil }
                index = end
            case 0x5B: isInSubset = true
            case 0x5D: isInSubset = false
            case 0x3C where buffer[index...].starts(with: "<!--".utf8):
                guard let end = behind("-->", in: buffer, from: index + 4) else { return nil }
                index = end - 1
            case 0x3C where buffer[index...].starts(with: "<?".utf8):
                guard let end = behind("?>", in: buffer, from: index + 2) else { return nil }
                index = end - 1
            case 0x3E where !isInSubset: return index + 1
            default: break
            }
            index += 1
        }
        return nil
    }

    private static func behind(_ word: String, in buffer: [UInt8], from start: Int) -> Int? {
        let word = Array(word.utf8)
        var index = start
        while index + word.count <= buffer.count {
            if buffer[index...].starts(with: word) { return index + word.count }
            index += 1
        }
        return nil
    }
}
