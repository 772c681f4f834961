/// Which encodings documents may have. In all of them but UTF-16 the bytes of ASCII stand for nothing but themselves, which
/// is what the search for too many attributes and the splitter rely on.
enum XMLEncoding {
    private static let known = [
        "UTF-8", "UTF8", "US-ASCII", "ASCII", "ISO-8859-", "ISO_8859-", "LATIN1", "WINDOWS-125", "CP125", "KOI8-",
        "SHIFT_JIS", "EUC-JP", "EUC-KR", "GB2312", "GBK", "GB18030", "BIG5",
    ].map { Array($0.utf8) }

    /// Whether a name in a declaration is that of an encoding that is taken.
    static func isKnown(_ name: UnsafeRawBufferPointer) -> Bool {
        let name = name.map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 }
        return known.contains { name.starts(with: $0) }
    }

    /// What has to stand before a document without a declaration that is in an encoding: nothing where that is UTF-8.
    ///
    /// - Returns: nil where the encoding is none that is taken
    static func prolog(for name: [UInt8]) -> [UInt8]? {
        guard name.withUnsafeBytes({ isKnown($0) }), !name.contains(0x22) else { return nil }
        let upper = String(decoding: name, as: UTF8.self).uppercased()
        if ["UTF-8", "UTF8", "US-ASCII", "ASCII"].contains(upper) { return [] }
        return Array("<?xml version=\"1.0\" encoding=\"".utf8) + name + Array("\"?>".utf8)
    }

    /// How the first bytes say that a document is written.
    enum Family {
        /// Bytes of ASCII stand for themselves.
        case ascii
        /// Two bytes for each unit.
        case utf16(isBigEndian: Bool)
        /// Four bytes for each character, or letters of mainframes.
        case other
    }

    /// Looks at the first four bytes, as the appendix F of XML 1.0 has it.
    static func family(of text: UnsafeRawBufferPointer) -> Family {
        let first = (0..<4).map { $0 < text.count ? text[$0] : 0x20 }
        switch (first[0], first[1], first[2], first[3]) {
        case (0, 0, _, _), (0xFF, 0xFE, 0, 0), (0x3C, 0, 0, 0), (0x4C, 0x6F, 0xA7, 0x94): return .other
        case (0xFE, 0xFF, _, _), (0, 0x3C, _, _): return .utf16(isBigEndian: true)
        case (0xFF, 0xFE, _, _), (0x3C, 0, _, _): return .utf16(isBigEndian: false)
        default: return .ascii
        }
    }

    /// UTF-16 as UTF-8.
    ///
    /// - Returns: nil where it is not valid
    static func fromUTF16(_ text: UnsafeRawBufferPointer, isBigEndian: Bool) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var units: [UInt16] = stride(from: 0, to: text.count, by: 2).map { place in
            let unit = UInt16(text[place]) << 8 | UInt16(text[place + 1])
            return isBigEndian ? unit : unit.byteSwapped
        }
        if units.first == 0xFEFF { units.removeFirst() }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var decoder = UTF16()
        var iterator = units.makeIterator()
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): bytes += UTF8.encode(scalar) ?? UTF8.CodeUnits()
            case .emptyInput: return bytes
            case .error: return nil
            }
        }
    }
}

extension UTF8 {
    fileprivate typealias CodeUnits = EncodedScalar
}
