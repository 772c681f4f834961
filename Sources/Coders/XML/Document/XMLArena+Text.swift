#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension XMLArena {
    /// The text of an element where all of it stands in one place; nil where it is in several or in none.
    func onlyText(of index: Int) -> UnsafeRawBufferPointer? {
        let first = firstChild(index)
        let end = Int(self[index].extent)
        guard first + 1 == end, self[first].isText else { return nil }
        return content(self[first])
    }

    /// Calls a closure with each piece of the text inside of a node.
    func eachText(of index: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        for place in index..<next(index) where self[place].isText { body(content(self[place])) }
    }

    /// Whether the text of a node or attribute is a given one, in UTF-8.
    func says(_ wanted: UnsafeRawBufferPointer, at index: Int) -> Bool {
        let record = self[index]
        guard record.isParent else { return XMLArena.areEqual(ownText(record), wanted) }
        if let only = onlyText(of: index) { return XMLArena.areEqual(only, wanted) }
        var rest = wanted[...]
        var isSame = true
        eachText(of: index) { piece in
            isSame = isSame && rest.starts(with: piece)
            rest = rest.dropFirst(piece.count)
        }
        return isSame && rest.isEmpty
    }

    func says(_ wanted: [UInt8], at index: Int) -> Bool { wanted.withUnsafeBytes { says($0, at: index) } }

    /// The text of a node or attribute: of an element and the document all text inside.
    func text(at index: Int) -> String {
        let record = self[index]
        guard record.isParent else { return String(utf8: ownText(record)) }
        // Mostly there is one text.
        if let only = onlyText(of: index) { return String(utf8: only) }
        var bytes: [UInt8] = []
        eachText(of: index) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func ownText(_ record: XMLRecord) -> UnsafeRawBufferPointer {
        switch record.kind {
        case XMLRecord.attributeKind, XMLRecord.declarationKind, XMLRecord.instructionKind: value(record)
        default: content(record)
        }
    }

    /// The first attribute of an element that a closure finds right.
    func attribute(of index: Int, _ record: XMLRecord, _ isRight: (XMLRecord) -> Bool) -> Int? {
        guard record.kind == XMLRecord.elementKind else { return nil }
        for place in index + 1..<index + 1 + record.attachments {
            let found = self[place]
            if found.kind == XMLRecord.attributeKind, isRight(found) { return place }
        }
        return nil
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are the UTF-8 of a text.
    func isText(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { XMLArena.areEqual(self, UnsafeRawBufferPointer($0)) }
    }
}

extension String {
    init(utf8 bytes: UnsafeRawBufferPointer) {
        self.init(decoding: bytes, as: UTF8.self)
    }
}
