import CConnectXML2
import Connect

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the functions that libxml2 calls while it parses work on. It stands in memory of its own, so that they need
/// neither references nor checks of access.
struct XMLParserState: ~Copyable {
    var writer = XMLArenaWriter()
    let limits: XML.Limits
    /// The parser that calls; it belongs to ``XMLParser``.
    var context: xmlParserCtxtPtr?
    /// Why parsing was stopped, before libxml2 found a mistake of its own.
    var refusal: XMLFault?
    /// The first mistake that libxml2 found: its number, and where.
    var fault: (code: Int32, offset: Int64?)?
    /// Whether a piece of a section of character data ended in a carriage return.
    var endsInReturn = false
    /// Whether a declaration of a document type came that is to be read.
    var hasDoctype = false

    init(_ limits: XML.Limits) {
        self.limits = limits
    }

    mutating func begin() {
        writer.begin()
        refusal = nil
        fault = nil
        hasDoctype = false
        endsInReturn = false
    }

    mutating func refuse(_ fault: XMLFault) {
        if refusal == nil { refusal = fault }
        xmlStopParser(context)
    }

    /// Where the parser stands, in bytes of the document; nil where these were converted from another encoding.
    var offset: Int64? {
        guard let input = context?.pointee.input?.pointee, let base = input.base, let current = input.cur else {
            return nil
        }
        if let buffer = input.buf, buffer.pointee.encoder != nil { return nil }
        return Int64(input.consumed) + Int64(current - base)
    }

    @inline(__always)
    mutating func hasRoomForNode() -> Bool {
        if writer.recordCount <= limits.nodes { return true }
        refuse(.limit("it has more than \(limits.nodes) nodes", offset))
        return false
    }
}

typealias XMLParserStatePointer = UnsafeMutablePointer<XMLParserState>

/// The functions that libxml2 calls.
enum XMLParserHandler {
    static func table() -> xmlSAXHandler {
        var table = xmlSAXHandler()
        table.initialized = UInt32(XML_SAX2_MAGIC)
        table.startDocument = { context in XMLParserHandler.startDocument(state(context)) }
        table.internalSubset = { context, _, _, _ in XMLParserHandler.doctype(state(context)) }
        table.startElementNs = {
            context, name, prefix, _, namespaceCount, namespaces, attributeCount, _, attributes in
            XMLParserHandler.start(
                state(context), name, prefix, Int(namespaceCount), namespaces, Int(attributeCount), attributes)
        }
        table.endElementNs = { context, _, _, _ in state(context).pointee.writer.endElement() }
        table.characters = { context, text, count in
            XMLParserHandler.text(state(context), text, count, XMLRecord.textKind)
        }
        table.ignorableWhitespace = table.characters
        table.cdataBlock = { context, text, count in
            XMLParserHandler.characterData(state(context), text, Int(count))
        }
        table.comment = { context, text in
            let state = state(context)
            guard state.pointee.hasRoomForNode() else { return }
            state.pointee.writer.appendComment(XMLParserHandler.bytes(text))
        }
        table.processingInstruction = { context, target, text in
            let state = state(context)
            guard state.pointee.hasRoomForNode() else { return }
            state.pointee.writer.appendInstruction(XMLParserHandler.bytes(target), XMLParserHandler.bytes(text))
        }
        table.serror = { context, error in
            guard let context, let error else { return }
            XMLParserHandler.note(error.pointee, state(context))
        }
        return table
    }

    private static func startDocument(_ state: XMLParserStatePointer) {
        guard let context = state.pointee.context else { return }
        // White space before the declaration makes it an instruction, and others are mistakes that libxml2 finds.
        guard let name = context.pointee.encoding ?? context.pointee.input?.pointee.encoding else { return }
        let options = context.pointee.options
        if options & Int32(XML_PARSE_IGNORE_ENC.rawValue) == 0, !XMLEncoding.isKnown(bytes(name)) {
            state.pointee.refuse(
                XMLFault(.malformed, "its encoding is none that is taken; convert it to UTF-8 before", nil))
        }
    }

    private static func doctype(_ state: XMLParserStatePointer) {
        if state.pointee.limits.doctype == .internalSubset {
            state.pointee.hasDoctype = true
            xmlStopParser(state.pointee.context)
        } else {
            state.pointee.refuse(.doctype(state.pointee.offset))
        }
    }

    private static func start(
        _ state: XMLParserStatePointer, _ name: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?,
        _ namespaceCount: Int, _ namespaces: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, _ attributeCount: Int,
        _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    ) {
        let limits = state.pointee.limits
        if namespaceCount + attributeCount > limits.attributes {
            return state.pointee.refuse(.attributes(limits, state.pointee.offset))
        }
        if state.pointee.writer.depth >= limits.depth {
            return state.pointee.refuse(.depth(limits, state.pointee.offset))
        }
        guard state.pointee.hasRoomForNode() else { return }
        state.pointee.writer.beginElement(prefix: bytes(prefix), name: bytes(name))
        if namespaceCount > 0, let namespaces {
            for place in 0..<namespaceCount {
                state.pointee.writer.declare(
                    prefix: bytes(namespaces[2 * place]), namespace: bytes(namespaces[2 * place + 1]),
                    isEscaped: true)
            }
        }
        state.pointee.writer.resolveName()
        if attributeCount > 0, let attributes {
            for place in 0..<attributeCount {
                let attribute = attributes + 5 * place
                guard let value = attribute[3], let end = attribute[4] else { continue }
                state.pointee.writer.attach(
                    prefix: bytes(attribute[1]), name: bytes(attribute[0]),
                    value: UnsafeRawBufferPointer(start: value, count: end - value), isEscaped: true)
            }
        }
    }

    private static func text(
        _ state: XMLParserStatePointer, _ text: UnsafePointer<xmlChar>?, _ count: Int32, _ kind: UInt32
    ) {
        guard let text, state.pointee.hasRoomForNode() else { return }
        state.pointee.writer.appendText(UnsafeRawBufferPointer(start: text, count: Int(count)), kind: kind)
    }

    /// Takes a piece of a section. In these alone libxml2 leaves the ends of lines as they are, where it is given the document
    /// piece by piece.
    private static func characterData(
        _ state: XMLParserStatePointer, _ text: UnsafePointer<xmlChar>?, _ count: Int
    ) {
        guard let text, state.pointee.hasRoomForNode() else { return }
        let bytes = UnsafeRawBufferPointer(start: text, count: count)
        if !state.pointee.endsInReturn, memchr(text, 0x0D, count) == nil {
            return state.pointee.writer.appendText(bytes, kind: XMLRecord.characterDataKind)
        }
        var lines: [UInt8] = []
        lines.reserveCapacity(count)
        var isBehindReturn = state.pointee.endsInReturn
        for byte in bytes {
            if byte == 0x0D {
                lines.append(0x0A)
            } else if byte != 0x0A || !isBehindReturn {
                lines.append(byte)
            }
            isBehindReturn = byte == 0x0D
        }
        // libxml2 stands at the piece: behind the last of a section comes its end.
        let isLast = text[count] == 0x5D && text[count + 1] == 0x5D && text[count + 2] == 0x3E
        state.pointee.endsInReturn = isBehindReturn && !isLast
        lines.withUnsafeBytes { state.pointee.writer.appendText($0, kind: XMLRecord.characterDataKind) }
    }

    private static func note(_ error: xmlError, _ state: XMLParserStatePointer) {
        // Names whose prefix is not declared are no mistakes of XML itself; they are in no namespace.
        guard error.level == XML_ERR_FATAL, state.pointee.fault == nil else { return }
        state.pointee.fault = (error.code, state.pointee.offset)
    }

    /// The bytes of a string of C; of none nothing.
    @inline(__always)
    static func bytes(_ text: UnsafePointer<xmlChar>?) -> UnsafeRawBufferPointer {
        guard let text else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: text, count: Int(xmlStrlen(text)))
    }
}

/// What a function of libxml2's table is called with: the pointer that the parser was made with.
@inline(__always)
private func state(_ context: UnsafeMutableRawPointer?) -> XMLParserStatePointer {
    context.unsafelyUnwrapped.assumingMemoryBound(to: XMLParserState.self)
}
