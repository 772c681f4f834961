import CConnectZstd
import Connect

/// Unpacks a row of Zstandard frames (RFC 8878), over input and output that may be cut anywhere; belongs to one worker.
final class ZstdUnpacker {
    private let context: OpaquePointer
    /// Where the stream is: between two frames, or in one.
    private var isInFrame = false
    /// Whether the library may hold bytes that did not fit into the output.
    private var isHolding = false

    /// How many packed bytes were taken since the last reset.
    private(set) var packedOffset = 0
    /// How many unpacked bytes were given since the last reset.
    private(set) var unpackedOffset = 0

    init() throws(CoderError) {
        guard let context = ZSTD_createDCtx() else {
            throw CoderError(CoderError.Code("out_of_memory"), coder: "UNZSTD", "there is no memory to unpack with")
        }
        self.context = context
    }

    deinit {
        ZSTD_freeDCtx(context)
    }

    /// Forgets the stream, whatever its state.
    func reset() {
        ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
        isInFrame = false
        isHolding = false
        packedOffset = 0
        unpackedOffset = 0
    }

    /// Unpacks until the input is taken or the output is full.
    ///
    /// - Parameters:
    ///   - input: packed bytes
    ///   - consumed: how many of them were taken so far; it is advanced
    ///   - output: where unpacked bytes go
    ///   - produced: how many bytes of the output are filled; it is advanced
    /// - Returns: whether the output is full and there may be more
    /// - Throws: `CoderError` where the data are damaged, or are something else
    func unpack(
        _ input: UnsafeRawBufferPointer, _ consumed: inout Int, into output: UnsafeMutableRawBufferPointer,
        _ produced: inout Int
    ) throws(CoderError) -> Bool {
        while consumed < input.count || isHolding {
            if produced == output.count { return true }
            var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: consumed)
            var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: produced)
            let result = ZSTD_decompressStream(context, &target, &source)
            packedOffset += source.pos - consumed
            unpackedOffset += target.pos - produced
            consumed = source.pos
            produced = target.pos
            if ZSTD_isError(result) != 0 {
                throw malformed(String(cString: ZSTD_getErrorName(result)))
            }
            isInFrame = result != 0
            isHolding = isInFrame && produced == output.count
        }
        return false
    }

    /// Says that no more input comes.
    ///
    /// - Throws: `CoderError` where it ends in the middle of a frame, or nothing came
    func finish() throws(CoderError) {
        guard isInFrame || packedOffset == 0 else { return }
        throw CoderError(
            .truncated, coder: "UNZSTD", offset: Int64(packedOffset),
            packedOffset == 0
                ? "there are no data, which is not the same as an empty frame"
                : "the data end in the middle of a frame: they were cut, or their writer has not finished yet")
    }

    private func malformed(_ reason: String) -> CoderError {
        CoderError(
            .malformed, coder: "UNZSTD", offset: Int64(packedOffset),
            "\(reason). Check that the data are Zstandard at all (they begin with 28 b5 2f fd) and were not changed since"
        )
    }
}
