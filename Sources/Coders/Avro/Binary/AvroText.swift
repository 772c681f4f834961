/// Looks whether bytes are UTF-8.
enum AvroText {
    @inline(__always)
    static func isValid(_ start: UnsafeRawPointer, _ count: Int) -> Bool {
        var index = 0
        while index &+ 8 <= count {
            if start.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { break }
            index &+= 8
        }
        while index < count {
            if start.load(fromByteOffset: index, as: UInt8.self) >= 0x80 { return isValidSlowly(start, index, count) }
            index &+= 1
        }
        return true
    }

    /// The same of a text in larger memory, of which so many bytes may be read from the start on: eight are looked at
    /// together, also beyond the text's end.
    @inline(__always)
    static func isValid(_ start: UnsafeRawPointer, _ count: Int, of readable: Int) -> Bool {
        var index = 0
        while count &- index >= 8 {
            let bytes = start.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if bytes & 0x8080_8080_8080_8080 != 0 { return isValidSlowly(start, index, count) }
            index &+= 8
        }
        if readable &- index < 8 { return isValidSlowly(start, index, count) }
        let bytes = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        let own = 1 &<< UInt64(truncatingIfNeeded: 8 &* (count &- index)) &- 1
        return bytes & own & 0x8080_8080_8080_8080 == 0 || isValidSlowly(start, index, count)
    }

    @inline(never)
    private static func isValidSlowly(_ start: UnsafeRawPointer, _ from: Int, _ count: Int) -> Bool {
        var index = from
        func byte(_ place: Int) -> UInt8 { start.load(fromByteOffset: place, as: UInt8.self) }
        while index < count {
            let lead = byte(index)
            if lead < 0x80 {
                index += 1
                continue
            }
            // The second byte has a smaller range behind some: no longer forms, no surrogates, nothing beyond U+10FFFF.
            let (length, least, most): (Int, UInt8, UInt8)
            switch lead {
            case 0xC2...0xDF: (length, least, most) = (2, 0x80, 0xBF)
            case 0xE0: (length, least, most) = (3, 0xA0, 0xBF)
            case 0xED: (length, least, most) = (3, 0x80, 0x9F)
            case 0xE1...0xEF: (length, least, most) = (3, 0x80, 0xBF)
            case 0xF0: (length, least, most) = (4, 0x90, 0xBF)
            case 0xF1...0xF3: (length, least, most) = (4, 0x80, 0xBF)
            case 0xF4: (length, least, most) = (4, 0x80, 0x8F)
            default: return false
            }
            guard index + length <= count, (least...most).contains(byte(index + 1)) else { return false }
            for place in 2..<max(2, length) where byte(index + place) & 0xC0 != 0x80 { return false }
            index += length
        }
        return true
    }
}
