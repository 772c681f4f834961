import CConnectZlib

/// A streaming reader of gzip data (RFC 1952): all members, over input and output that may be cut anywhere.
///
/// zlib decodes the bodies (RFC 1951). The members around them are read here, because zlib stops silently after the
/// first one, and because only who reads the header and the trailer can say where exactly data were cut or changed.
///
/// Bytes are given out before the check of their member has been read: whoever must not act on damaged data holds them
/// until ``finish()`` has returned. An instance belongs to one worker; ``reset()`` makes it ready for the next stream
/// without a new allocation. After an error every call throws the same error until it is reset.
package final class GzipInflater {
    /// Why ``inflate(input:consumed:into:produced:)`` came back.
    package enum Progress: Sendable {
        /// All input is consumed and all its output is given: call again with more input, or finish.
        case needsInput
        /// The output is full: call again with the rest of the input (even if that is empty) and with room.
        case outputFull
    }

    /// header → body → trailer → boundary → header; any → failed, and from there only through a reset.
    private enum Phase {
        case header, body, trailer, boundary
        case failed(GzipError)
    }

    /// zlib keeps a pointer back to the stream, so the stream must never move: it has its own allocation.
    private let stream: UnsafeMutablePointer<z_stream>
    private var scratch: UnsafeMutableRawBufferPointer?

    private var phase = Phase.header
    private var header = GzipHeaderReader()
    private var isPadded = false
    private var trailer: UInt64 = 0
    private var trailerCount = 0
    private var check: uLong = 0

    /// The number of compressed bytes consumed since the last reset.
    package private(set) var compressedOffset = 0
    /// The number of uncompressed bytes given since the last reset.
    package private(set) var uncompressedOffset = 0
    /// The member being read, or the last one read, counted from 1.
    package private(set) var member = 1
    /// The compressed offset at which that member begins: a reader can start there anew.
    package private(set) var memberStart = 0
    /// The uncompressed offset at which that member begins.
    package private(set) var memberOutputStart = 0

    private let streamLimit: Int
    /// The limit given at creation, or at the last reset.
    private var limit: Int

    /// Creates a reader.
    ///
    /// - Parameter outputLimit: the greatest number of bytes that may come out of one stream; by default there is no
    ///   limit, which is right only where the output is not held in memory (gzip expands up to 1000 times).
    /// - Throws: ``GzipError`` with the code `outOfMemory` or `engineFailure`.
    package init(outputLimit: Int = .max) throws(GzipError) {
        streamLimit = max(0, outputLimit)
        limit = max(0, outputLimit)
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // Negative window bits: a raw DEFLATE body. All properties are set, so deinit runs if this throws.
        let status = inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw engineFailure("inflateInit2", status) }
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
        scratch?.deallocate()
    }

    /// Forgets the current stream, whatever its state, so that the next byte is the first one of a new stream.
    ///
    /// - Parameter outputLimit: the limit of the next stream alone; nil for the one given at creation.
    package func reset(outputLimit: Int? = nil) {
        limit = max(0, outputLimit ?? streamLimit)
        compressedOffset = 0
        uncompressedOffset = 0
        member = 1
        isPadded = false
        startMember()
    }

    /// Inflates until the input is consumed or the output is full.
    ///
    /// Both counters are positions in their buffers: they say where to begin and are advanced, also when this throws,
    /// so that a caller can loop over one input with several outputs and the other way round.
    ///
    /// - Parameters:
    ///   - input: compressed bytes, in the order of the stream, cut anywhere.
    ///   - consumed: the number of bytes of `input` consumed so far.
    ///   - output: where uncompressed bytes go.
    ///   - produced: the number of bytes of `output` filled so far.
    /// - Returns: what is needed to go on.
    /// - Throws: ``GzipError``; what was produced before it stays counted.
    package func inflate(
        input: UnsafeRawBufferPointer,
        consumed: inout Int,
        into output: UnsafeMutableRawBufferPointer,
        produced: inout Int
    ) throws(GzipError) -> Progress {
        precondition((0...input.count).contains(consumed) && (0...output.count).contains(produced))
        while true {
            switch phase {
            case .header:
                guard try readHeader(input, &consumed) else { return .needsInput }
            case .body:
                if let pause = try readBody(input, &consumed, output, &produced) { return pause }
            case .trailer:
                guard try readTrailer(input, &consumed) else { return .needsInput }
            case .boundary:
                guard try readBoundary(input, &consumed) else { return .needsInput }
            case .failed(let error): throw error
            }
        }
    }

    /// Says that no input follows, after ``inflate(input:consumed:into:produced:)`` returned `needsInput`.
    ///
    /// - Throws: ``GzipError`` with the code `truncated` if the data end inside a member or there were none; the error
    ///   of an earlier call, if there was one.
    package func finish() throws(GzipError) {
        switch phase {
        case .boundary: return
        case .header where compressedOffset == 0: throw fail(.truncated, "there is no byte of a gzip member")
        case .header: throw fail(.truncated, "the data end in the header of member \(member)")
        case .body: throw fail(.truncated, "the data end in the compressed body of member \(member)")
        case .trailer: throw fail(.truncated, "the data end in the trailer of member \(member)")
        case .failed(let error): throw error
        }
    }

    /// Inflates one whole message: resets, inflates all members, finishes.
    ///
    /// - Parameters:
    ///   - input: the compressed message.
    ///   - outputLimit: the greatest number of bytes the message may expand to.
    ///   - append: takes the uncompressed bytes, piece by piece; the pointer is valid only during the call. Pieces may
    ///     have been taken before this throws: throw them away then.
    /// - Throws: ``GzipError``.
    package func inflateMessage(
        _ input: UnsafeRawBufferPointer,
        outputLimit: Int,
        append: (UnsafeRawBufferPointer) -> Void
    ) throws(GzipError) {
        let room = scratch ?? .allocate(byteCount: 64 << 10, alignment: 16)
        scratch = room
        reset(outputLimit: outputLimit)
        var consumed = 0
        var progress = Progress.outputFull
        while progress == .outputFull {
            var produced = 0
            progress = try inflate(input: input, consumed: &consumed, into: room, produced: &produced)
            if produced > 0 { append(UnsafeRawBufferPointer(rebasing: room[..<produced])) }
        }
        try finish()
    }
}

extension GzipInflater {
    private func startMember() {
        phase = .header
        header = GzipHeaderReader()
        trailer = 0
        trailerCount = 0
        check = 0
        memberStart = compressedOffset
        memberOutputStart = uncompressedOffset
        let status = inflateReset(stream)
        if status != Z_OK { _ = engineFailure("inflateReset", status) }
    }

    /// - Returns: whether the phase is over.
    private func readHeader(_ input: UnsafeRawBufferPointer, _ consumed: inout Int) throws(GzipError) -> Bool {
        while consumed < input.count {
            switch header.take(input[consumed]) {
            case .incomplete: break
            case .complete: phase = .body
            case .notGzip where member > 1: throw garbage(at: memberStart, after: member - 1)
            case .notGzip: throw fail(.corruptHeader, "the data do not begin with the gzip signature 1f 8b")
            case .corrupt(let reason): throw fail(.corruptHeader, reason)
            }
            // Counted only here, so that an error names the offset of the byte at fault.
            consumed += 1
            compressedOffset += 1
            if case .body = phase { return true }
        }
        return false
    }

    /// - Returns: why to come back to the caller, or nil to go on.
    private func readBody(
        _ input: UnsafeRawBufferPointer,
        _ consumed: inout Int,
        _ output: UnsafeMutableRawBufferPointer,
        _ produced: inout Int
    ) throws(GzipError) -> Progress? {
        // One byte beyond the limit is let through to here, because only it tells "at the limit" from "beyond it".
        let allowed = limit - uncompressedOffset
        let space = output.count - produced
        let room = uInt(clamping: allowed < space ? allowed + 1 : space)
        guard room > 0, let base = output.baseAddress else { return .outputFull }
        let given = uInt(clamping: input.count - consumed)
        let target = base.advanced(by: produced).assumingMemoryBound(to: UInt8.self)
        let source = input.baseAddress?.advanced(by: consumed).assumingMemoryBound(to: UInt8.self)

        stream.pointee.next_in = UnsafeMutablePointer(mutating: source)
        stream.pointee.avail_in = given
        stream.pointee.next_out = target
        stream.pointee.avail_out = room
        let status = CConnectZlib.inflate(stream, Z_NO_FLUSH)
        let used = Int(given - stream.pointee.avail_in)
        let made = room - stream.pointee.avail_out
        consumed += used
        compressedOffset += used
        if Int(made) > allowed {
            produced += allowed
            uncompressedOffset = limit
            throw fail(.outputLimitExceeded, "the data expand to more than the limit of \(limit) bytes")
        }
        check = crc32(check, target, made)
        produced += Int(made)
        uncompressedOffset += Int(made)
        switch status {
        case Z_STREAM_END:
            phase = .trailer
            return nil
        case Z_OK, Z_BUF_ERROR:
            if produced == output.count { return .outputFull }
            if consumed == input.count && made < room { return .needsInput }
            // Both have something left: only the clamps (4 GiB, limit) stopped it. Without progress it would spin.
            guard used > 0 || made > 0 else { throw fail(.engineFailure, "zlib made no progress") }
            return nil
        case Z_DATA_ERROR, Z_NEED_DICT:
            let cause = stream.pointee.msg.map { String(cString: $0) } ?? "no cause given"
            throw fail(.corruptBody, "the compressed body is damaged: \(cause)")
        default: throw engineFailure("inflate", status)
        }
    }

    /// - Returns: whether the phase is over.
    private func readTrailer(_ input: UnsafeRawBufferPointer, _ consumed: inout Int) throws(GzipError) -> Bool {
        while trailerCount < 8 {
            guard consumed < input.count else { return false }
            trailer |= UInt64(input[consumed]) << UInt64(8 * trailerCount)
            trailerCount += 1
            consumed += 1
            compressedOffset += 1
        }
        guard UInt32(truncatingIfNeeded: trailer) == UInt32(truncatingIfNeeded: check) else {
            throw fail(.incorrectDataCheck, "the CRC-32 in the trailer is not that of the uncompressed bytes")
        }
        // The length is stored modulo 2^32 (RFC 1952, section 2.3.1).
        let length = UInt32(truncatingIfNeeded: uncompressedOffset - memberOutputStart)
        guard UInt32(truncatingIfNeeded: trailer >> 32) == length else {
            throw fail(.incorrectLengthCheck, "the length in the trailer is not that of the uncompressed bytes")
        }
        phase = .boundary
        return true
    }

    /// After the trailer: a next member, or zeros up to the end, which gzip(1) accepts as padding too.
    ///
    /// - Returns: whether the phase is over.
    private func readBoundary(_ input: UnsafeRawBufferPointer, _ consumed: inout Int) throws(GzipError) -> Bool {
        while consumed < input.count {
            switch input[consumed] {
            case 0x00: isPadded = true
            case 0x1f where !isPadded:
                member += 1
                startMember()
                return true
            default: throw garbage(at: compressedOffset, after: member)
            }
            consumed += 1
            compressedOffset += 1
        }
        return false
    }

    private func engineFailure(_ call: String, _ status: CInt) -> GzipError {
        fail(status == Z_MEM_ERROR ? .outOfMemory : .engineFailure, "zlib's \(call) returned \(status)")
    }

    /// Garbage is placed where it begins, and belongs to the member before it.
    private func garbage(at offset: Int, after member: Int) -> GzipError {
        fail(.trailingGarbage, "what follows is neither a gzip member nor zero padding", at: offset, member: member)
    }

    private func fail(_ code: GzipError.Code, _ reason: String, at offset: Int? = nil, member: Int? = nil) -> GzipError
    {
        let error = GzipError(
            code,
            reason,
            compressedOffset: offset ?? compressedOffset,
            uncompressedOffset: uncompressedOffset,
            member: member ?? self.member
        )
        phase = .failed(error)
        return error
    }
}

/// Reads the header of one member (RFC 1952 section 2.3), byte by byte, since it may be cut anywhere.
struct GzipHeaderReader {
    enum Outcome {
        case incomplete, complete, notGzip
        case corrupt(String)
    }

    /// The fields in their order; all but the first are there only if a flag says so.
    private enum Field {
        case fixed, extraLength, extra, name, comment, check
    }

    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let check = Flags(rawValue: 1 << 1)
        static let extra = Flags(rawValue: 1 << 2)
        static let name = Flags(rawValue: 1 << 3)
        static let comment = Flags(rawValue: 1 << 4)
        static let reserved = Flags(rawValue: 0b1110_0000)
    }

    private var field = Field.fixed
    private var position = 0
    private var flags: Flags = []
    private var extraLength = 0
    private var storedCheck: UInt16 = 0
    private var runningCheck: uLong = 0

    /// Takes the next byte of the member. After `complete` the body follows.
    mutating func take(_ byte: UInt8) -> Outcome {
        if flags.contains(.check), field != .check { addToCheck(byte) }
        position += 1
        switch field {
        case .fixed: return takeFixed(byte)
        case .extraLength:
            extraLength |= Int(byte) << (8 * (position - 1))
            return position == 2 ? nextField() : .incomplete
        case .extra: return position == extraLength ? nextField() : .incomplete
        case .name, .comment: return byte == 0 ? nextField() : .incomplete
        case .check:
            storedCheck |= UInt16(byte) << UInt16(8 * (position - 1))
            guard position == 2 else { return .incomplete }
            guard storedCheck == UInt16(truncatingIfNeeded: runningCheck) else {
                return .corrupt("the CRC-16 of the header is not that of its bytes")
            }
            return nextField()
        }
    }

    private mutating func takeFixed(_ byte: UInt8) -> Outcome {
        switch position {
        case 1 where byte != 0x1f, 2 where byte != 0x8b: return .notGzip
        case 3 where byte != 8:
            return .corrupt("the header names the compression method \(byte), where only 8 (DEFLATE) is defined")
        case 4:
            flags = Flags(rawValue: byte)
            guard flags.isDisjoint(with: .reserved) else { return .corrupt("the header sets flags that are reserved") }
            // Only now it is known whether the header has a check; it covers the bytes before it as well.
            if flags.contains(.check) { [0x1f, 0x8b, 8, byte].forEach { addToCheck($0) } }
        case 10: return nextField()
        default: break
        }
        return .incomplete
    }

    private mutating func nextField() -> Outcome {
        switch field {
        case .fixed:
            if flags.contains(.extra) { return enter(.extraLength) }
            fallthrough
        case .extraLength:
            if extraLength > 0 { return enter(.extra) }
            fallthrough
        case .extra:
            if flags.contains(.name) { return enter(.name) }
            fallthrough
        case .name:
            if flags.contains(.comment) { return enter(.comment) }
            fallthrough
        case .comment: return flags.contains(.check) ? enter(.check) : .complete
        case .check: return .complete
        }
    }

    private mutating func enter(_ next: Field) -> Outcome {
        field = next
        position = 0
        return .incomplete
    }

    private mutating func addToCheck(_ byte: UInt8) {
        runningCheck = withUnsafePointer(to: byte) { crc32(runningCheck, $0, 1) }
    }
}
