import Connect

/// Writes what stands in the memory of a document.
struct XMLWriter {
    let arena: XMLArena
    let form: XML.Form

    init(arena: XMLArena, form: XML.Form) {
        self.arena = arena
        self.form = form
    }

    /// Writes a node with all it holds.
    mutating func write(_ first: Int, to output: inout BytesBuilder) {
        let end = arena.next(first)
        var index = first
        // What is open, whose ends are still to be written; 0 where nothing is.
        var open = 0
        while index < end {
            let record = arena[index]
            switch record.kind {
            case XMLRecord.elementKind:
                index = begin(index, record, &output)
                if index < Int(record.extent) { open = Int(index) - 1 - record.attachments }
            case XMLRecord.documentKind: index += 1
            default:
                writeLeaf(record, &output)
                index += 1
            }
            while open > 0, index == Int(arena[open].extent) {
                let ended = arena[open]
                output.append("</")
                output.append(arena.qualifiedName(ended))
                output.append(UInt8(ascii: ">"))
                if open == first { return }
                open = Int(ended.parent)
            }
            if form == .file, open == 0, index > 1 { output.append(UInt8(ascii: "\n")) }
        }
    }

    /// Writes the tag of an element.
    ///
    /// - Returns: the record behind its attributes
    private func begin(_ index: Int, _ record: XMLRecord, _ output: inout BytesBuilder) -> Int {
        output.append(UInt8(ascii: "<"))
        output.append(arena.qualifiedName(record))
        let end = index + 1 + record.attachments
        for place in index + 1..<end {
            let found = arena[place]
            if found.kind == XMLRecord.declarationKind {
                output.append(found.nameLength > 0 ? " xmlns:" : " xmlns")
            } else {
                output.append(UInt8(ascii: " "))
            }
            output.append(arena.qualifiedName(found))
            output.append("=\"")
            XMLWriter.write(arena.value(found), to: &output, escaping: XMLWriter.inAttributes)
            output.append(UInt8(ascii: "\""))
        }
        output.append(end == Int(record.extent) ? "/>" : ">")
        return end
    }

    private func writeLeaf(_ record: XMLRecord, _ output: inout BytesBuilder) {
        switch record.kind {
        case XMLRecord.textKind:
            let escapes = form == .onOneLine ? XMLWriter.onOneLine : XMLWriter.inText
            XMLWriter.write(arena.content(record), to: &output, escaping: escapes)
        case XMLRecord.characterDataKind: writeCharacterData(arena.content(record), &output)
        case XMLRecord.commentKind:
            output.append("<!--")
            output.append(arena.content(record))
            output.append("-->")
        default:
            output.append("<?")
            output.append(arena.qualifiedName(record))
            if record.extent > 0 {
                output.append(UInt8(ascii: " "))
                output.append(arena.value(record))
            }
            output.append("?>")
        }
    }

    /// Sections cannot hold their own end, so that one with it becomes two.
    private func writeCharacterData(_ content: UnsafeRawBufferPointer, _ output: inout BytesBuilder) {
        if form == .onOneLine, content.contains(0x0A) {
            return XMLWriter.write(content, to: &output, escaping: XMLWriter.onOneLine)
        }
        output.append("<![CDATA[")
        var start = 0
        var index = 0
        while index + 2 < content.count {
            if content[index] == 0x5D, content[index + 1] == 0x5D, content[index + 2] == 0x3E {
                output.append(UnsafeRawBufferPointer(rebasing: content[start..<index + 2]))
                output.append("]]><![CDATA[")
                start = index + 2
                index += 1
            }
            index += 1
        }
        output.append(UnsafeRawBufferPointer(rebasing: content[start...]))
        output.append("]]>")
    }

    /// Which bytes are escaped, as a set of the first 64.
    static let inText: UInt64 = 1 << 0x26 | 1 << 0x3C | 1 << 0x3E | 1 << 0x0D
    static let onOneLine = inText | 1 << 0x0A
    static let inAttributes = onOneLine | 1 << 0x22 | 1 << 0x09

    static func write(_ bytes: UnsafeRawBufferPointer, to output: inout BytesBuilder, escaping escapes: UInt64) {
        var start = 0
        for index in 0..<bytes.count {
            let byte = bytes[index]
            guard byte < 64, escapes >> UInt64(byte) & 1 == 1 else { continue }
            output.append(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
            start = index + 1
            switch byte {
            case 0x26: output.append("&amp;")
            case 0x3C: output.append("&lt;")
            case 0x3E: output.append("&gt;")
            case 0x22: output.append("&quot;")
            case 0x0D: output.append("&#13;")
            case 0x0A: output.append("&#10;")
            default: output.append("&#9;")
            }
        }
        output.append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }
}
