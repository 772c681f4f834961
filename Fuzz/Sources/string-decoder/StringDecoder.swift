import Connect
import ConnectText
import FuzzSupport

/// Text is taken exactly where it is valid UTF-8 by the table of RFC 3629, and comes back byte for byte.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzStringDecoder(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = FuzzInput(data, size)
    let content = input.remaining()
    var decoder = StringDecoder().makeInstance()
    let valid = validPrefix(of: content)
    do {
        let text = try decoder.convert(Bytes(content))
        require(valid == content.count, "invalid text is taken")
        require(Array(text.utf8) == content, "text is altered")
        var encoder = StringEncoder().makeInstance()
        require(Array(encoder.convert(text)) == content, "text does not come back")
    } catch let error as CoderError {
        require(valid < content.count, "valid text is refused: \(error)")
        require(error.offset == Int64(valid), "the error is at \(valid), not at \(error.offset ?? -1)")
    } catch {
        fatalError("an error of another type: \(error)")
    }
    return 0
}

/// RFC 3629, section 4: how many bytes at the beginning are whole characters.
private func validPrefix(of content: [UInt8]) -> Int {
    var index = 0
    while index < content.count {
        let first = content[index]
        let second: ClosedRange<UInt8>
        let length: Int
        switch first {
        case 0x00...0x7F: (length, second) = (1, 0x80...0xBF)
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return index
        }
        if index + length > content.count { return index }
        for offset in 1..<max(1, length) {
            if !(offset == 1 ? second : 0x80...0xBF).contains(content[index + offset]) { return index }
        }
        index += length
    }
    return index
}
