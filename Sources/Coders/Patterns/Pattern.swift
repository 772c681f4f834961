import CConnectPCRE2
import Connect

/// A regular expression over bytes, as PCRE2 knows them (pcre2pattern(3)).
///
/// Bytes need not be UTF-8: `.` is one byte, and letters beyond ASCII are several. A pattern belongs to one worker.
final class Pattern {
    /// How a pattern is read.
    struct Options: Sendable, Hashable {
        /// Upper and lower case letters of ASCII are the same.
        var ignoresCase = false
        /// The pattern is no expression but the very bytes.
        var isLiteral = false
    }

    private let code: OpaquePointer
    private let match: OpaquePointer
    /// The most groups that a match can have, the whole one included.
    let groupCount: Int

    /// Compiles a pattern.
    ///
    /// - Throws: `PatternError` with the place of the mistake
    init(_ text: String, _ options: Options = Options()) throws(PatternError) {
        var code: Int32 = 0
        var offset = 0
        var flags: UInt32 = 0
        if options.ignoresCase { flags |= UInt32(PCRE2_CASELESS) }
        if options.isLiteral { flags |= UInt32(PCRE2_LITERAL) }
        let bytes = Array(text.utf8)
        let compiled = bytes.withUnsafeBufferPointer {
            pcre2_compile_8($0.baseAddress, $0.count, flags, &code, &offset, nil)
        }
        guard let compiled else { throw PatternError(pattern: text, offset: offset, reason: Pattern.message(code)) }
        // Without it (some processors) matching is slower, and the same.
        _ = pcre2_jit_compile_8(compiled, connect_pcre2_jit_complete)
        guard let match = pcre2_match_data_create_from_pattern_8(compiled, nil) else {
            pcre2_code_free_8(compiled)
            throw PatternError(pattern: text, offset: 0, reason: "there is no memory for its matches")
        }
        self.code = compiled
        self.match = match
        groupCount = Int(pcre2_get_ovector_count_8(match))
    }

    deinit {
        pcre2_match_data_free_8(match)
        pcre2_code_free_8(code)
    }

    /// Looks for the next match.
    ///
    /// - Parameters:
    ///   - bytes: where to look
    ///   - start: the first byte that may be part of it; what is before is seen by assertions only
    /// - Returns: where it is; nil where there is none
    /// - Throws: `PatternError` where the pattern needs too many steps
    func find(
        in bytes: UnsafeRawBufferPointer, from start: Int = 0
    ) throws(PatternError) -> Range<Int>? {
        // Before its version 10.40 the library refuses a missing address, also of no bytes.
        let address = bytes.baseAddress ?? UnsafeRawPointer(code)
        let subject = address.assumingMemoryBound(to: UInt8.self)
        let result = pcre2_match_8(code, subject, bytes.count, start, 0, match, nil)
        if result == PCRE2_ERROR_NOMATCH { return nil }
        guard result > 0 else { throw PatternError(pattern: "", offset: start, reason: Pattern.message(result)) }
        return group(0)
    }

    /// Where a group of the last match is; nil where it took no part in it.
    func group(_ number: Int) -> Range<Int>? {
        guard number < groupCount, let places = pcre2_get_ovector_pointer_8(match) else { return nil }
        let (start, end) = (places[2 * number], places[2 * number + 1])
        guard connect_pcre2_is_set(start), end >= start else { return nil }
        return start..<end
    }

    /// The named groups: name and number, by number.
    var names: [(name: String, number: Int)] {
        var count: UInt32 = 0
        var size: UInt32 = 0
        var table: UnsafePointer<UInt8>?
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMECOUNT), &count)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMEENTRYSIZE), &size)
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table)
        guard let table else { return [] }
        let entries = (0..<Int(count)).map { index in
            let entry = table + index * Int(size)
            // Two bytes of number, then the name with a 0 behind it (pcre2api(3)).
            return (name: String(cString: entry + 2), number: Int(entry[0]) << 8 | Int(entry[1]))
        }
        return entries.sorted { $0.number < $1.number }
    }

    private static func message(_ code: Int32) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
            guard let base = buffer.baseAddress, pcre2_get_error_message_8(code, base, buffer.count) > 0 else {
                return "error \(code)"
            }
            return String(cString: base)
        }
    }
}

/// Why a pattern cannot be used.
public struct PatternError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The pattern.
    public let pattern: String
    /// At which of its bytes, from 0; where matching failed, at which of the text's.
    public let offset: Int
    /// What is wrong.
    public let reason: String

    /// Where and what.
    public var description: String {
        pattern.isEmpty
            ? "matching failed at byte \(offset): \(reason)"
            : "the pattern \"\(pattern)\" is wrong at byte \(offset): \(reason)"
    }
}
