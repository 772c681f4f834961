import CConnectSIMDJSON
import Connect

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Parses documents, one after the other in the same memory; belongs to one worker.
final class JSONParser {
    private let parser: OpaquePointer
    private let limits: JSONLimits
    private let coder: String
    /// A document larger than this leaves its memory behind, which is given back then.
    private static let large = 1 << 20

    /// - Throws: `CoderError` where the limits are out of their ranges or there is no memory
    init(_ limits: JSONLimits, coder: String) throws(CoderError) {
        guard (1...JSONLimits.mostBytes).contains(limits.bytes), limits.depth >= 0 else {
            throw CoderError(
                .configuration, coder: coder,
                "the limits are \(limits.bytes) bytes and a depth of \(limits.depth), but must be 1 ... "
                    + "\(JSONLimits.mostBytes) bytes and a depth of 0 or more")
        }
        guard let parser = connect_json_parser_create() else { throw JSONParser.noMemory(coder) }
        self.parser = parser
        self.limits = limits
        self.coder = coder
    }

    deinit {
        connect_json_parser_destroy(parser)
    }

    /// Parses a document.
    ///
    /// - Parameters:
    ///   - text: all bytes of the document
    ///   - body: gets the tape, which holds until it returns, and how many words it has
    /// - Returns: what the closure returns
    /// - Throws: `CoderError` where it is not JSON (`malformed`, `truncated`) or beyond a limit (`limitExceeded`), with the
    ///   offset of the first byte that is wrong; or what the closure throws
    func parse<Result>(
        _ text: UnsafeRawBufferPointer, _ body: (JSONTape, Int) throws -> Result
    ) throws -> Result {
        if text.count > limits.bytes {
            throw CoderError(
                .limitExceeded, coder: coder, offset: Int64(limits.bytes),
                "the document has \(text.count) bytes, but may have \(limits.bytes); raise the limit if that is expected"
            )
        }
        defer { if text.count > JSONParser.large { connect_json_parser_trim(parser) } }
        var words: UnsafePointer<UInt64>?
        var count = 0
        let result = connect_json_parse(
            parser, text.baseAddress?.assumingMemoryBound(to: UInt8.self), text.count, limits.depth, &words, &count)
        guard result == CONNECT_JSON_VALID, let words else { throw error(result, text) }
        return try body(JSONTape(words: words, text: text), count)
    }

    /// A document on one line: as it is where it has no line break, else without white space between its tokens.
    ///
    /// - Parameter text: a valid document
    /// - Returns: nil where it is on one line as it is
    static func onOneLine(_ text: UnsafeRawBufferPointer) -> Bytes? {
        // In strings line breaks are escapes, so these stand between tokens.
        guard let address = text.baseAddress,
            memchr(address, 0x0A, text.count) != nil || memchr(address, 0x0D, text.count) != nil
        else { return nil }
        return compact(text)
    }

    /// A document without white space between its tokens.
    ///
    /// - Parameter text: a valid document
    /// - Returns: the same, in memory of its own
    static func compact(_ text: UnsafeRawBufferPointer) -> Bytes {
        BytesBuffer.filled(capacity: text.count + Int(CONNECT_JSON_ROOM)) { target in
            connect_json_compact(
                text.baseAddress?.assumingMemoryBound(to: UInt8.self), text.count,
                target.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
    }

    private func error(_ result: Int32, _ text: UnsafeRawBufferPointer) -> CoderError {
        if result == CONNECT_JSON_NO_MEMORY { return JSONParser.noMemory(coder) }
        var reader = JSONFaultFinder(text, depth: limits.depth)
        let fault = reader.find()
        return CoderError(fault.code, coder: coder, offset: Int64(fault.offset), fault.message)
    }

    private static func noMemory(_ coder: String) -> CoderError {
        CoderError(
            CoderError.Code("out_of_memory"), coder: coder,
            "there is no memory to parse with, or SIMDJSON_FORCE_IMPLEMENTATION names what this processor cannot do")
    }
}
