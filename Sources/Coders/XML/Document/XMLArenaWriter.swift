#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes the memory of one document after the other: parser and builder tell it what comes, in the order of the document.
struct XMLArenaWriter: ~Copyable {
    /// More memory than this is not kept for the next document, in bytes.
    private static let large = 1 << 20

    private var records: UnsafeMutablePointer<XMLRecord>
    private var recordRoom: Int
    private var text: UnsafeMutablePointer<UInt8>
    private var textRoom: Int
    /// The records of the declarations that hold where the document is written.
    private var declarations: [UInt32] = []
    private(set) var recordCount = 1
    private(set) var textCount = 0
    /// The record of the element that is open; 0 is the document.
    private(set) var open = 0
    private(set) var depth = 0
    /// 1 where the declaration says that the document is not standalone, 2 where it says that it is.
    var standalone: UInt64 = 0

    init() {
        recordRoom = 64
        records = .allocate(capacity: recordRoom)
        textRoom = 1024
        text = .allocate(capacity: textRoom)
        begin()
    }

    deinit {
        records.deallocate()
        text.deallocate()
    }

    /// Begins a document.
    mutating func begin() {
        if recordRoom * XMLRecord.stride > XMLArenaWriter.large {
            records.deallocate()
            recordRoom = 64
            records = .allocate(capacity: recordRoom)
        }
        if textRoom > XMLArenaWriter.large {
            text.deallocate()
            textRoom = 1024
            text = .allocate(capacity: textRoom)
        }
        if !declarations.isEmpty { declarations.removeAll(keepingCapacity: true) }
        records[0] = XMLRecord(
            head: XMLRecord.documentKind, start: 0, length: 0, namespace: 0, extent: 0, parent: 0)
        recordCount = 1
        textCount = 0
        open = 0
        depth = 0
        standalone = 0
    }

    /// Ends the document: its memory, in one piece.
    mutating func finish() -> [UInt64] {
        records[0].extent = UInt32(recordCount)
        let recordBytes = recordCount * XMLRecord.stride
        let bytes = XMLArena.headerBytes + recordBytes + textCount
        let count = (bytes + 7) / 8
        let standalone = standalone
        return [UInt64](unsafeUninitializedCapacity: count) { words, initialized in
            words[0] = UInt64(UInt32(recordCount)) | UInt64(UInt32(textCount)) << 32
            words[1] = standalone
            // What is left of the last word takes part in comparisons.
            words[count - 1] = 0
            if let base = UnsafeMutableRawPointer(words.baseAddress) {
                memcpy(base + XMLArena.headerBytes, records, recordBytes)
                memcpy(base + XMLArena.headerBytes + recordBytes, text, textCount)
            }
            initialized = count
        }
    }

    /// Begins an element. What follows are its declarations, then ``attach(_:_:_:)`` for each attribute, then
    /// ``endTag()``, then what it holds.
    mutating func beginElement(prefix: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer) {
        let index = append(XMLRecord.elementKind)
        writeName(prefix, name, at: index)
        open = index
        depth += 1
    }

    /// Declares a namespace for the element that has just begun.
    mutating func declare(prefix: UnsafeRawBufferPointer, namespace: UnsafeRawBufferPointer, isEscaped: Bool) {
        declarations.append(UInt32(truncatingIfNeeded: recordCount))
        let index = append(XMLRecord.declarationKind)
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        writeName(none, prefix, at: index)
        records[index].extent = UInt32(truncatingIfNeeded: isEscaped ? write(unescaped: namespace) : write(namespace))
        records[open].head += 1 << 8
    }

    /// Says in which namespace the element is that has just begun, now that its declarations are known.
    mutating func resolveName() {
        if !declarations.isEmpty || records[open].prefixLength > 0 {
            records[open].namespace = namespace(of: open, ofAttribute: false)
        }
    }

    /// Adds an attribute to the element that has just begun. In the value `&` stands for itself, unless it is escaped as
    /// libxml2 does it.
    mutating func attach(
        prefix: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer,
        isEscaped: Bool
    ) {
        let index = append(XMLRecord.attributeKind)
        writeName(prefix, name, at: index)
        records[index].extent = UInt32(truncatingIfNeeded: isEscaped ? write(unescaped: value) : write(value))
        if !prefix.isEmpty { records[index].namespace = namespace(of: index, ofAttribute: true) }
        records[open].head += 1 << 8
    }

    /// Ends the element that is open.
    mutating func endElement() {
        records[open].extent = UInt32(truncatingIfNeeded: recordCount)
        while let last = declarations.last, Int(records[Int(last)].parent) == open { declarations.removeLast() }
        open = Int(records[open].parent)
        depth -= 1
    }

    /// Adds text; what follows other text becomes one with it.
    mutating func appendText(_ bytes: UnsafeRawBufferPointer, kind: UInt32) {
        let last = recordCount - 1
        // Nothing but the text of the last record was written behind it.
        if records[last].kind == kind, Int(records[last].parent) == open {
            records[last].length += UInt32(truncatingIfNeeded: write(bytes))
            return
        }
        if bytes.isEmpty, kind == XMLRecord.textKind { return }
        let index = append(kind)
        records[index].length = UInt32(truncatingIfNeeded: write(bytes))
    }

    /// Adds a comment.
    mutating func appendComment(_ bytes: UnsafeRawBufferPointer) {
        let index = append(XMLRecord.commentKind)
        records[index].length = UInt32(truncatingIfNeeded: write(bytes))
    }

    /// Adds an instruction.
    mutating func appendInstruction(_ target: UnsafeRawBufferPointer, _ content: UnsafeRawBufferPointer) {
        let index = append(XMLRecord.instructionKind)
        writeName(UnsafeRawBufferPointer(start: nil, count: 0), target, at: index)
        records[index].extent = UInt32(truncatingIfNeeded: write(content))
    }

    /// The namespace that a prefix is bound to where the document is written; nil where it is bound to none.
    func boundNamespace(_ prefix: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        for place in declarations.reversed() {
            let record = records[Int(place)]
            if XMLArena.areEqual(bytes(record.start, record.nameLength), prefix) {
                return bytes(record.start + UInt32(record.nameLength), Int(record.extent))
            }
        }
        return nil
    }

    private func bytes(_ start: UInt32, _ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text + Int(start), count: count)
    }

    /// In which namespace an element or attribute is, as its record says it.
    private func namespace(of index: Int, ofAttribute: Bool) -> UInt32 {
        let record = records[index]
        let prefix = bytes(record.start, record.prefixLength)
        if prefix.count == 3, prefix.elementsEqual("xml".utf8) { return XMLRecord.xmlNamespace }
        for place in declarations.reversed() {
            let found = records[Int(place)]
            if XMLArena.areEqual(bytes(found.start, found.nameLength), prefix) {
                return found.extent == 0 ? 0 : place + XMLRecord.firstDeclaration
            }
        }
        return 0
    }

    private mutating func append(_ kind: UInt32) -> Int {
        if recordCount == recordRoom { growRecords() }
        records[recordCount] = XMLRecord(
            head: kind, start: UInt32(truncatingIfNeeded: textCount), length: 0, namespace: 0, extent: 0,
            parent: UInt32(truncatingIfNeeded: open))
        recordCount += 1
        return recordCount - 1
    }

    private mutating func writeName(
        _ prefix: UnsafeRawBufferPointer, _ name: UnsafeRawBufferPointer, at index: Int
    ) {
        // libxml2 takes names of up to 50,000 bytes, the builder as well.
        var length = UInt32(truncatingIfNeeded: name.count)
        if !prefix.isEmpty {
            write(prefix)
            if textCount == textRoom { growText(1) }
            text[textCount] = UInt8(ascii: ":")
            textCount += 1
            length += UInt32(truncatingIfNeeded: prefix.count + 1)
            length |= UInt32(truncatingIfNeeded: prefix.count) << 16
        }
        write(name)
        records[index].length = length
    }

    @discardableResult
    private mutating func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let address = bytes.baseAddress, bytes.count > 0 else { return 0 }
        if textRoom - textCount < bytes.count { growText(bytes.count) }
        memcpy(text + textCount, address, bytes.count)
        textCount += bytes.count
        return bytes.count
    }

    /// Writes a value in which libxml2 has left `&` as `&#38;`, for whoever resolves entities later.
    private mutating func write(unescaped bytes: UnsafeRawBufferPointer) -> Int {
        guard let address = bytes.baseAddress, memchr(address, 0x26, bytes.count) != nil else { return write(bytes) }
        let escape = Array("&#38;".utf8)
        var rest = bytes[...]
        let before = textCount
        while let place = rest.firstIndex(of: 0x26) {
            let end = rest[place...].starts(with: escape) ? place + escape.count : place + 1
            write(UnsafeRawBufferPointer(rebasing: rest[rest.startIndex...place]))
            rest = rest[end...]
        }
        write(UnsafeRawBufferPointer(rebasing: rest))
        return textCount - before
    }

    private mutating func growRecords() {
        let larger = UnsafeMutablePointer<XMLRecord>.allocate(capacity: recordRoom * 2)
        larger.update(from: records, count: recordCount)
        records.deallocate()
        records = larger
        recordRoom *= 2
    }

    private mutating func growText(_ needed: Int) {
        let room = max(textRoom * 2, textCount + needed)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: room)
        larger.update(from: text, count: textCount)
        text.deallocate()
        text = larger
        textRoom = room
    }
}
