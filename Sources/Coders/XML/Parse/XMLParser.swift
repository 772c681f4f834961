import CConnectXML2
import Connect

/// Parses documents, one after the other with one context of libxml2; belongs to one worker.
final class XMLParser {
    /// The context remembers all names it has seen, in a table that never shrinks and becomes slow: with more names than
    /// this it is replaced.
    private static let mostNames: Int32 = 2000
    /// How much libxml2 is given at once of a large document; it takes less than 10 MB.
    private static let piece = 1 << 20
    static let options =
        Int32(XML_PARSE_NONET.rawValue) | Int32(XML_PARSE_NOERROR.rawValue) | Int32(XML_PARSE_NOWARNING.rawValue)

    /// Runs once in a process, before the first context is made.
    static let isReady: Bool = {
        xmlInitParser()
        return true
    }()

    private let state: XMLParserStatePointer
    private var context: xmlParserCtxtPtr?
    /// What the context was told.
    private var options: Int32 = 0
    private let limits: XML.Limits
    let coder: String

    /// - Throws: `CoderError` where the limits are out of their ranges
    init(_ limits: XML.Limits, coder: String) throws(CoderError) {
        if let problem = limits.problem { throw CoderError(.configuration, coder: coder, problem) }
        _ = XMLParser.isReady
        self.limits = limits
        self.coder = coder
        state = .allocate(capacity: 1)
        state.initialize(to: XMLParserState(limits))
    }

    deinit {
        if let context { xmlFreeParserCtxt(context) }
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Parses a document.
    ///
    /// - Parameter bytes: all of it
    /// - Returns: a document that refers to nothing of the parser
    /// - Throws: `CoderError` where it is not well-formed (`malformed`, `truncated`) or beyond a limit (`limitExceeded`)
    func document(_ bytes: Bytes) throws(CoderError) -> XML.Document {
        XML.Document(
            words: try bytes.withUnsafeBytes { (text) throws(CoderError) -> [UInt64] in try words(text) }, source: bytes
        )
    }

    /// The memory of a document.
    func words(_ text: UnsafeRawBufferPointer) throws(CoderError) -> [UInt64] {
        if text.count > limits.bytes {
            throw error(
                .limit(
                    "the document has \(text.count) bytes, but may have \(limits.bytes)", Int64(limits.bytes)))
        }
        // Nearly every document begins with a letter or an exclamation or question mark behind its first bracket.
        if text.count > 3, text[0] == 0x3C, text[1] > 0, text[1] < 0x80 {
            return try words(ascii: text, XMLParser.options)
        }
        switch XMLEncoding.family(of: text) {
        case .ascii: return try words(ascii: text, XMLParser.options)
        case .utf16(let isBigEndian):
            guard let converted = XMLEncoding.fromUTF16(text, isBigEndian: isBigEndian) else {
                throw error(XMLFault(.malformed, "it begins as UTF-16, but is not valid UTF-16", nil))
            }
            // What its declaration says of the encoding is true no longer.
            let options = XMLParser.options | Int32(XML_PARSE_IGNORE_ENC.rawValue)
            let result = converted.withUnsafeBytes { text in
                Result { () throws(CoderError) -> [UInt64] in try words(ascii: text, options) }
            }
            // Its places are none of the document that came.
            return try result.mapError { CoderError($0.code, coder: $0.coder, $0.message) }.get()
        case .other:
            throw error(
                XMLFault(.malformed, "its encoding is none that is taken; convert it to UTF-8 before", 0))
        }
    }

    private func words(ascii text: UnsafeRawBufferPointer, _ options: Int32) throws(CoderError) -> [UInt64] {
        if let place = XMLAttributeSearch.tag(in: text, withMoreThan: limits.attributes) {
            throw error(.attributes(limits, Int64(place)))
        }
        // A declaration may name an encoding. Bytes that are none in it libxml2 would print.
        if text.count > 1, text[0] != 0x3C || text[1] == 0x3F { xmlSetStructuredErrorFunc(nil) { _, _ in } }
        state.pointee.begin()
        let context = try reset()
        if context.pointee.options & options != options || self.options != options {
            // libxml2 sets what is given and never takes away what was.
            context.pointee.options = 0
            xmlCtxtUseOptions(context, options)
            self.options = options
        }
        var rest = text
        while rest.count > XMLParser.piece, state.pointee.refusal == nil, state.pointee.fault == nil,
            !state.pointee.hasDoctype
        {
            feed(context, UnsafeRawBufferPointer(rebasing: rest[..<XMLParser.piece]), isLast: false)
            rest = UnsafeRawBufferPointer(rebasing: rest[XMLParser.piece...])
        }
        feed(context, rest, isLast: true)
        if state.pointee.hasDoctype {
            return try XMLSubsetParser(limits, coder: coder).words(text, options, &state.pointee.writer)
        }
        if let refusal = state.pointee.refusal { throw error(refusal) }
        guard state.pointee.fault == nil, context.pointee.wellFormed == 1, state.pointee.writer.recordCount > 1 else {
            let fault = state.pointee.fault ?? (Int32(XML_ERR_DOCUMENT_EMPTY.rawValue), 0)
            throw error(XMLFault(code: fault.code, at: fault.offset, of: text.count))
        }
        state.pointee.writer.setStandalone(context.pointee.standalone)
        return state.pointee.writer.finish()
    }

    private func feed(_ context: xmlParserCtxtPtr, _ text: UnsafeRawBufferPointer, isLast: Bool) {
        xmlParseChunk(
            context, text.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(truncatingIfNeeded: text.count),
            isLast ? 1 : 0)
    }

    /// The context, ready for a document.
    private func reset() throws(CoderError) -> xmlParserCtxtPtr {
        if let context {
            if xmlDictSize(context.pointee.dict) <= XMLParser.mostNames,
                xmlCtxtResetPush(context, nil, 0, nil, nil) == 0
            {
                return context
            }
            xmlFreeParserCtxt(context)
            self.context = nil
        }
        var handlers = XMLParserHandler.table()
        guard let made = xmlCreatePushParserCtxt(&handlers, state, nil, 0, nil) else {
            throw CoderError(CoderError.Code("out_of_memory"), coder: coder, "there is no memory to parse with")
        }
        context = made
        state.pointee.context = made
        return made
    }

    private func error(_ fault: XMLFault) -> CoderError {
        CoderError(fault.code, coder: coder, offset: fault.offset, fault.message)
    }
}

extension XMLArenaWriter {
    /// Notes what libxml2 says about `standalone`: 1 yes, 0 no, else nothing was said.
    mutating func setStandalone(_ value: Int32) {
        standalone = value == 1 ? 2 : value == 0 ? 1 : 0
    }
}
