import Connect

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One stream while it is cut into records. It looks for tags, and knows of them which are open on the way to the records;
/// what lies inside of a record or beside the way is passed over.
final class XMLRecordStream {
    /// A record, and where it ends in the stream.
    struct Record {
        var bytes: Bytes
        var end: Int64
    }

    /// What the cursor stands in.
    private enum Place {
        case start
        case content
        case tag(quote: UInt8)
        case comment
        case characterData
        case instruction
        case doctype

        /// Whether what the cursor stands in is read when it has come whole.
        var isKept: Bool {
            switch self {
            case .tag, .instruction, .doctype: true
            default: false
            }
        }
    }

    /// An element on the way to the records.
    private struct Open {
        var name: [UInt8]
        var declarations: [XMLTag.Declaration]
    }

    /// An element that is passed over, or is a record, until as many of its name have ended as have begun.
    private struct Passing {
        var name: [UInt8]
        var depth: Int
        var isRecord: Bool
    }

    /// The partition's name, for errors.
    let title: String
    /// What ends before or at this was done in an earlier run and is not given out.
    let goal: Int64
    /// How far the stream was given.
    private(set) var end: Int64 = 0
    private let rules: XML.Records
    private var buffer: [UInt8] = []
    /// Where the buffer begins in the stream.
    private var base: Int64 = 0
    private var cursor = 0
    /// Whether a record ends at the cursor.
    private var hasRecord = false
    private var place = Place.start
    /// Where the tag, comment or instruction begins that the cursor stands in.
    private var tokenStart = 0
    private var recordStart = 0
    /// How long the < and the name of the record's tag are, and what has to be declared behind them.
    private var recordNameLength = 0
    private var recordDeclarations: [UInt8] = []
    private var open: [Open] = []
    private var passing: Passing?
    /// The declarations that hold for a record, those of inner elements first.
    private var scope: [XMLTag.Declaration] = []
    private var scopeText: [UInt8] = []
    /// What is written before each record: a declaration with the encoding, and a document type.
    private var encoding: [UInt8] = []
    private var doctype: [UInt8] = []

    init(_ rules: XML.Records, title: String, goal: Int64) {
        self.rules = rules
        self.title = title
        self.goal = goal
    }

    /// Takes more of the stream; what is not needed any more is dropped before.
    func append(_ bytes: Bytes) {
        let isInRecord = passing?.isRecord == true
        var kept = place.isKept ? tokenStart : cursor
        if isInRecord { kept = min(kept, recordStart) }
        buffer.removeFirst(kept)
        base += Int64(kept)
        cursor -= kept
        tokenStart = max(0, tokenStart - kept)
        recordStart -= isInRecord ? kept : recordStart
        bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
        end += Int64(bytes.count)
    }

    /// The next record that has come whole; nil where more of the stream is needed.
    ///
    /// - Throws: `CoderError` where what stands around the records is malformed
    func next() throws(CoderError) -> Record? {
        while true {
            guard try step() else {
                let pending = passing?.isRecord == true ? recordStart : place.isKept ? tokenStart : cursor
                if buffer.count - pending > rules.maxBytes { throw tooLong(from: pending) }
                return nil
            }
            if let record = try takeRecord() { return record }
        }
    }

    /// Ends the stream.
    ///
    /// - Throws: `CoderError` where it ends in the middle
    func finish() throws(CoderError) {
        if case .start = place {
            // Less than four bytes: blank, or the beginning of something.
            guard buffer.allSatisfy(XMLTag.isSpace) else { throw truncated }
            return
        }
        guard case .content = place, passing == nil, open.isEmpty, cursor == buffer.count else { throw truncated }
    }

    private var truncated: CoderError {
        problem(.truncated, at: buffer.count, "it ends before the element does that is open; the rest is missing")
    }

    private func takeRecord() throws(CoderError) -> Record? {
        guard hasRecord else { return nil }
        hasRecord = false
        let size = cursor - recordStart
        if size > rules.maxBytes { throw tooLong(from: recordStart) }
        let bytes: Bytes
        if recordDeclarations.isEmpty, encoding.isEmpty, doctype.isEmpty {
            bytes = buffer.withUnsafeBytes {
                Bytes(copying: UnsafeRawBufferPointer(rebasing: $0[recordStart..<cursor]))
            }
        } else {
            let nameEnd = recordStart + recordNameLength
            let head = encoding + doctype + buffer[recordStart..<nameEnd] + recordDeclarations
            bytes = Bytes(head + buffer[nameEnd..<cursor])
        }
        return Record(bytes: bytes, end: base + Int64(cursor))
    }

    /// Goes on to the end of a tag, comment or the like, or to its beginning.
    ///
    /// - Returns: false where more of the stream is needed
    private func step() throws(CoderError) -> Bool {
        switch place {
        case .start: return try start()
        case .content: return try content()
        case .tag(let quote): return try tag(quote)
        case .comment: return find("-->")
        case .characterData: return find("]]>")
        case .instruction:
            guard find("?>") else { return false }
            try readInstruction()
            return true
        case .doctype: return try readDoctype()
        }
    }

    /// Looks at the first bytes of the stream, which say in what they are written.
    private func start() throws(CoderError) -> Bool {
        guard buffer.count >= 4 else { return false }
        let family = buffer.withUnsafeBytes { XMLEncoding.family(of: $0) }
        if buffer.starts(with: [0x1F, 0x8B]) {
            throw problem(.malformed, at: 0, "it is packed by gzip; unpack it before")
        }
        guard case .ascii = family else {
            throw problem(
                .malformed, at: 0, "it is in UTF-16 or another encoding that is not taken; convert it to UTF-8 before")
        }
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { cursor = 3 }
        place = .content
        return true
    }

    private func content() throws(CoderError) -> Bool {
        let found = index(of: 0x3C, from: cursor)
        if passing == nil, open.isEmpty,
            let wrong = buffer[cursor..<(found ?? buffer.count)].firstIndex(where: { !XMLTag.isSpace($0) })
        {
            throw problem(.malformed, at: wrong, "text stands outside of the root element")
        }
        guard let found else {
            cursor = buffer.count
            return false
        }
        cursor = found
        guard found + 1 < buffer.count else { return false }
        switch buffer[found + 1] {
        case 0x21:
            for (word, next) in [("<!--", Place.comment), ("<![CDATA[", .characterData), ("<!DOCTYPE", .doctype)] {
                let word = Array(word.utf8)
                let there = buffer[found...].prefix(word.count)
                if there.elementsEqual(word) {
                    tokenStart = found
                    cursor = found + word.count
                    place = next
                    return true
                }
                if there.count < word.count, word.starts(with: there) { return false }
            }
            throw problem(.malformed, at: found, "a <! begins neither a comment nor a section of character data")
        case 0x3F:
            tokenStart = found
            cursor = found + 2
            place = .instruction
        default:
            tokenStart = found
            cursor = found + 1
            place = .tag(quote: 0)
        }
        return true
    }

    /// Goes behind a word that ends what the cursor stands in.
    private func find(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        var from = cursor
        while let found = index(of: word.utf8Start.pointee, from: from), found + length <= buffer.count {
            if (1..<length).allSatisfy({ buffer[found + $0] == word.utf8Start[$0] }) {
                cursor = found + length
                place = .content
                return true
            }
            from = found + 1
        }
        // The last bytes may be the beginning of the word.
        cursor = max(cursor, buffer.count - length + 1)
        return false
    }

    /// Goes to the end of a tag: a > that stands in no quotes.
    private func tag(_ quote: UInt8) throws(CoderError) -> Bool {
        var quote = quote
        var index = cursor
        let count = buffer.count
        let hasEnded = buffer.withUnsafeBytes { buffer in
            while index < count {
                let byte = buffer[index]
                index += 1
                if quote != 0 {
                    if byte == quote { quote = 0 }
                } else if byte == 0x3E || byte == 0x3C {
                    return true
                } else if byte == 0x22 || byte == 0x27 {
                    quote = byte
                }
            }
            return false
        }
        if hasEnded, buffer[index - 1] == 0x3C { return try beginAnew(at: index - 1) }
        cursor = index
        place = hasEnded ? .content : .tag(quote: quote)
        if hasEnded { try readTag() }
        return hasEnded
    }

    /// Takes what began as a tag for text, since another begins in it: in a record that is for the record's reader to
    /// refuse.
    private func beginAnew(at index: Int) throws(CoderError) -> Bool {
        if passing == nil { throw problem(.malformed, at: tokenStart, "a tag does not end before another begins") }
        cursor = index
        place = .content
        return true
    }

    private func readTag() throws(CoderError) {
        let fault: (Int, String)? = buffer.withUnsafeBytes { buffer in
            read(XMLTag(bytes: UnsafeRawBufferPointer(rebasing: buffer[tokenStart..<cursor])))
        }
        if let fault { throw problem(.malformed, at: fault.0, fault.1) }
    }

    /// Takes a tag.
    ///
    /// - Returns: where a mistake is, and which
    private func read(_ tag: XMLTag) -> (Int, String)? {
        if passing != nil {
            pass(tag)
            return nil
        }
        let name = tag.name
        if tag.isEnd {
            guard let last = open.last, last.name.withUnsafeBytes({ XMLArena.areEqual($0, name) }) else {
                return (tokenStart, "an end tag has not the name of the element that is open")
            }
            open.removeLast()
            rescope()
            return nil
        }
        if name.isEmpty { return (tokenStart, "a tag has no name") }
        guard rules.path[open.count].matches(name) else {
            if open.isEmpty { return (tokenStart, "the outermost element is none of the path \(rules.description)") }
            if !tag.isEmpty { passing = Passing(name: Array(name), depth: 1, isRecord: false) }
            return nil
        }
        if open.count + 1 < rules.path.count {
            if !tag.isEmpty {
                open.append(Open(name: Array(name), declarations: tag.declarations))
                rescope()
            }
            return nil
        }
        recordStart = tokenStart
        recordNameLength = tag.nameEnd
        recordDeclarations = declarations(for: tag)
        if tag.isEmpty { hasRecord = true } else { passing = Passing(name: Array(name), depth: 1, isRecord: true) }
        return nil
    }

    /// Counts the elements of one name in each other. Others need not be looked at: where they are well-formed they end in
    /// the record, and where they are not the record alone is wrong.
    private func pass(_ tag: XMLTag) {
        let isSame = passing?.name.withUnsafeBytes { XMLArena.areEqual($0, tag.name) } ?? false
        guard isSame, tag.isEnd || !tag.isEmpty else { return }
        passing?.depth += tag.isEnd ? -1 : 1
        guard let passed = passing, passed.depth == 0 else { return }
        hasRecord = passed.isRecord
        passing = nil
    }

    /// What is declared around a record and not in its own tag, with a space before each.
    private func declarations(for tag: XMLTag) -> [UInt8] {
        if scope.isEmpty { return [] }
        let own = tag.declarations
        if own.isEmpty { return scopeText }
        return scope.filter { outer in !own.contains { $0.prefix == outer.prefix } }.flatMap { [0x20] + $0.text }
    }

    private func rescope() {
        scope.removeAll()
        for element in open.reversed() {
            for declaration in element.declarations where !scope.contains(where: { $0.prefix == declaration.prefix }) {
                scope.append(declaration)
            }
        }
        scopeText = scope.flatMap { [0x20] + $0.text }
    }

    /// Takes from a declaration how the stream is written.
    private func readInstruction() throws(CoderError) {
        guard passing == nil, open.isEmpty, buffer[tokenStart..<cursor].starts(with: "<?xml".utf8),
            XMLTag.isSpace(buffer[tokenStart + 5])
        else { return }
        let name = buffer.withUnsafeBytes { buffer in
            XMLTag.value(of: "encoding", in: UnsafeRawBufferPointer(rebasing: buffer[tokenStart..<cursor]))
        }
        encoding = []
        guard let name, !name.isEmpty else { return }
        guard let prolog = XMLEncoding.prolog(for: name) else {
            throw problem(.malformed, at: tokenStart, "its encoding is none that is taken; convert it to UTF-8 before")
        }
        encoding = prolog
    }

    /// Goes to the end of a document type, which holds brackets, quotes, comments and instructions.
    private func readDoctype() throws(CoderError) -> Bool {
        guard passing == nil, open.isEmpty else {
            throw problem(.malformed, at: tokenStart, "a <!DOCTYPE stands inside of the root element")
        }
        guard rules.doctype == .internalSubset else { throw problem(.doctype(base + Int64(tokenStart))) }
        guard let end = XMLDoctype.end(in: buffer, from: tokenStart) else { return false }
        cursor = end
        place = .content
        doctype = Array(buffer[tokenStart..<cursor])
        return true
    }

    private func index(of byte: UInt8, from start: Int) -> Int? {
        buffer.withUnsafeBytes { buffer in
            guard start < buffer.count, let base = buffer.baseAddress,
                let found = memchr(base + start, Int32(byte), buffer.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private func tooLong(from start: Int) -> CoderError {
        problem(
            .limitExceeded, at: start,
            "the record or tag that begins here has more than \(rules.maxBytes) bytes; raise maxBytes if that is expected"
        )
    }

    private func problem(_ code: CoderError.Code, at place: Int, _ message: String) -> CoderError {
        problem(XMLFault(code, message, base + Int64(place)))
    }

    private func problem(_ fault: XMLFault) -> CoderError {
        CoderError(fault.code, coder: rules.name, offset: fault.offset, fault.message)
    }
}
