import CConnectZlib

/// A streaming writer of gzip data (RFC 1952).
///
/// A stream is a row of members, begun as bytes arrive. ``flushMember(into:produced:)`` ends the open one, so that what
/// is written so far is a complete gzip file; the next byte begins another member. The header is always the same
/// (no name, modification time 0), so equal input gives equal output.
///
/// An instance belongs to one worker; ``reset()`` makes it ready for the next stream without a new allocation. After an
/// error every call throws the same error until it is reset.
package final class GzipDeflater {
    /// Why a call came back.
    package enum Progress: Sendable {
        /// All input is taken; some of its output may still be held back until the member ends.
        case needsInput
        /// The output is full: call again in the same way, with the rest of the input and with room.
        case outputFull
        /// What was asked to be ended is ended, and all of it is in the output.
        case finished
    }

    /// idle → open → finishing → idle; any → failed, and from there only through a reset.
    private enum Phase {
        case idle, open, finishing
        case failed(GzipError)
    }

    /// zlib keeps a pointer back to the stream, so the stream must never move: it has its own allocation.
    private let stream: UnsafeMutablePointer<z_stream>
    private var scratch: UnsafeMutableRawBufferPointer?
    private var phase = Phase.idle

    /// The number of uncompressed bytes taken since the last reset.
    package private(set) var uncompressedOffset = 0
    /// The number of compressed bytes given since the last reset.
    package private(set) var compressedOffset = 0
    /// The number of members ended since the last reset.
    package private(set) var members = 0

    /// Creates a writer.
    ///
    /// - Parameter level: 0 (stored), 1 (fast) to 9 (small); above 6 little is gained for much time.
    /// - Throws: ``GzipError`` with the code `invalidLevel`, `outOfMemory` or `engineFailure`.
    package init(level: Int = 6) throws(GzipError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // All properties are set, so deinit runs if this throws; it ends a stream that was never begun as well.
        guard (0...9).contains(level) else { throw GzipError(.invalidLevel, "there is no compression level \(level)") }
        let status = deflateInit2_(
            stream,
            CInt(level),
            Z_DEFLATED,
            MAX_WBITS + 16,  // 16 asks for the gzip header and trailer
            8,  // zlib's default memory level
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            CInt(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else { throw fail(status, "deflateInit2") }
    }

    deinit {
        deflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
        scratch?.deallocate()
    }

    /// Forgets the current stream, whatever its state, so that the next byte is the first one of a new stream.
    package func reset() {
        phase = .idle
        uncompressedOffset = 0
        compressedOffset = 0
        members = 0
    }

    /// Deflates until the input is taken or the output is full.
    ///
    /// Both counters are positions in their buffers: they say where to begin and are advanced.
    ///
    /// - Parameters:
    ///   - input: uncompressed bytes.
    ///   - consumed: the number of bytes of `input` taken so far.
    ///   - output: where compressed bytes go.
    ///   - produced: the number of bytes of `output` filled so far.
    ///   - finish: whether the stream ends with this input. A stream to which nothing was ever given ends as one empty
    ///     member, since no bytes at all would not be gzip data.
    /// - Returns: what is needed to go on; `finished` only if `finish` is true.
    /// - Throws: ``GzipError`` with the code `outOfMemory` or `engineFailure`.
    package func deflate(
        input: UnsafeRawBufferPointer,
        consumed: inout Int,
        into output: UnsafeMutableRawBufferPointer,
        produced: inout Int,
        finish: Bool
    ) throws(GzipError) -> Progress {
        precondition((0...input.count).contains(consumed) && (0...output.count).contains(produced))
        while true {
            switch phase {
            case .idle:
                if consumed == input.count {
                    guard finish else { return .needsInput }
                    guard members == 0 else { return .finished }
                }
                try startMember()
            case .open:
                if consumed < input.count {
                    guard produced < output.count else { return .outputFull }
                    try step(Z_NO_FLUSH, input, &consumed, output, &produced)
                } else {
                    guard finish else { return .needsInput }
                    phase = .finishing
                }
            case .finishing:
                // Also when the caller came back with new input before the end was out: that waits.
                guard produced < output.count else { return .outputFull }
                var none = 0
                try step(Z_FINISH, UnsafeRawBufferPointer(start: nil, count: 0), &none, output, &produced)
            case .failed(let error):
                throw error
            }
        }
    }

    /// Ends the open member, if there is one, so that all bytes given so far form a complete gzip file.
    ///
    /// - Parameters:
    ///   - output: where compressed bytes go.
    ///   - produced: the number of bytes of `output` filled so far; it is advanced.
    /// - Returns: `finished`, or `outputFull` to be called again.
    /// - Throws: ``GzipError`` with the code `outOfMemory` or `engineFailure`.
    package func flushMember(
        into output: UnsafeMutableRawBufferPointer,
        produced: inout Int
    ) throws(GzipError) -> Progress {
        if case .idle = phase { return .finished }
        var none = 0
        return try deflate(
            input: UnsafeRawBufferPointer(start: nil, count: 0),
            consumed: &none,
            into: output,
            produced: &produced,
            finish: true
        )
    }

    /// Deflates one whole message into one member: resets, deflates, finishes.
    ///
    /// - Parameters:
    ///   - input: the message.
    ///   - append: takes the compressed bytes, piece by piece; the pointer is valid only during the call.
    /// - Throws: ``GzipError`` with the code `outOfMemory` or `engineFailure`.
    package func deflateMessage(
        _ input: UnsafeRawBufferPointer,
        append: (UnsafeRawBufferPointer) -> Void
    ) throws(GzipError) {
        let room = scratch ?? .allocate(byteCount: 64 << 10, alignment: 16)
        scratch = room
        reset()
        var consumed = 0
        var progress = Progress.outputFull
        while progress == .outputFull {
            var produced = 0
            progress = try deflate(input: input, consumed: &consumed, into: room, produced: &produced, finish: true)
            append(UnsafeRawBufferPointer(rebasing: room[..<produced]))
        }
    }
}

extension GzipDeflater {
    private func startMember() throws(GzipError) {
        let status = deflateReset(stream)
        guard status == Z_OK else { throw fail(status, "deflateReset") }
        phase = .open
    }

    private func step(
        _ flush: CInt,
        _ input: UnsafeRawBufferPointer,
        _ consumed: inout Int,
        _ output: UnsafeMutableRawBufferPointer,
        _ produced: inout Int
    ) throws(GzipError) {
        let given = uInt(clamping: input.count - consumed)
        let room = uInt(clamping: output.count - produced)
        let source = input.baseAddress?.advanced(by: consumed).assumingMemoryBound(to: UInt8.self)
        let target = output.baseAddress?.advanced(by: produced).assumingMemoryBound(to: UInt8.self)

        stream.pointee.next_in = UnsafeMutablePointer(mutating: source)
        stream.pointee.avail_in = given
        stream.pointee.next_out = target
        stream.pointee.avail_out = room
        let status = CConnectZlib.deflate(stream, flush)
        let used = Int(given - stream.pointee.avail_in)
        let made = Int(room - stream.pointee.avail_out)

        consumed += used
        uncompressedOffset += used
        produced += made
        compressedOffset += made
        switch status {
        case Z_STREAM_END:
            members += 1
            phase = .idle
        case Z_OK where used > 0 || made > 0: break
        default: throw fail(status, "deflate")
        }
    }

    private func fail(_ status: CInt, _ call: String) -> GzipError {
        let error = GzipError(
            status == Z_MEM_ERROR ? .outOfMemory : .engineFailure,
            "zlib's \(call) returned \(status)",
            compressedOffset: compressedOffset,
            uncompressedOffset: uncompressedOffset,
            member: members + 1
        )
        phase = .failed(error)
        return error
    }
}
