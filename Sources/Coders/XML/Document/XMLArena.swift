#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A look into the memory of a document: records, and behind them all text. Valid for as long as that memory is.
struct XMLArena {
    /// The bytes before the records: how many records, how many bytes of text, what the declaration said.
    static let headerBytes = 16

    let base: UnsafeRawPointer
    let count: Int
    private let text: UnsafeRawPointer

    init(_ words: UnsafeRawPointer) {
        base = words + XMLArena.headerBytes
        count = Int(words.load(as: UInt32.self))
        text = base + count * XMLRecord.stride
    }

    subscript(index: Int) -> XMLRecord {
        base.load(fromByteOffset: index * XMLRecord.stride, as: XMLRecord.self)
    }

    /// Where the first child of a document or element would stand.
    func firstChild(_ index: Int) -> Int { index + 1 + self[index].attachments }

    /// Where the records behind a node and all it holds begin.
    func next(_ index: Int) -> Int {
        let record = self[index]
        return record.isParent ? Int(record.extent) : index + 1
    }

    /// The name of an element, attribute, declaration or instruction, with its prefix.
    func qualifiedName(_ record: XMLRecord) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text + Int(record.start), count: record.nameLength)
    }

    /// The name without its prefix.
    func localName(_ record: XMLRecord) -> UnsafeRawBufferPointer {
        let skipped = record.prefixLength == 0 ? 0 : record.prefixLength + 1
        return UnsafeRawBufferPointer(start: text + Int(record.start) + skipped, count: record.nameLength - skipped)
    }

    func prefix(_ record: XMLRecord) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text + Int(record.start), count: record.prefixLength)
    }

    /// The value of an attribute, declaration or instruction.
    func value(_ record: XMLRecord) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text + Int(record.start) + record.nameLength, count: Int(record.extent))
    }

    /// What a text or comment says.
    func content(_ record: XMLRecord) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text + Int(record.start), count: Int(record.length))
    }

    /// The namespace of an element or attribute; nil where it is in none.
    func namespace(_ record: XMLRecord) -> UnsafeRawBufferPointer? {
        switch record.namespace {
        case 0: return nil
        case XMLRecord.xmlNamespace:
            return UnsafeRawBufferPointer(
                start: XMLArena.xmlNamespace.utf8Start, count: XMLArena.xmlNamespace.utf8CodeUnitCount)
        default: return value(self[Int(record.namespace - XMLRecord.firstDeclaration)])
        }
    }

    private static let xmlNamespace: StaticString = "http://www.w3.org/XML/1998/namespace"

    static func areEqual(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
        guard one.count == other.count else { return false }
        guard let first = one.baseAddress, let second = other.baseAddress else { return true }
        return memcmp(first, second, one.count) == 0
    }
}
