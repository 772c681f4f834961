import CConnectZstd
import Connect

/// Packs and unpacks blocks by Zstandard, one after the other in the same memory; belongs to one worker.
final class AvroZstandard {
    private static let piece = 64 << 10

    private let unpacker: OpaquePointer?
    private let packer: OpaquePointer?
    private let level: Int32

    /// - Parameter level: of packing; nil for unpacking
    /// - Throws: `CoderError` where there is no memory
    init(level: Int?) throws(CoderError) {
        self.level = Int32(clamping: level ?? 0)
        packer = level == nil ? nil : ZSTD_createCCtx()
        unpacker = level == nil ? ZSTD_createDCtx() : nil
        guard packer != nil || unpacker != nil else {
            throw CoderError(
                CoderError.Code("out_of_memory"), coder: AvroError.coder, "there is no memory to pack with")
        }
    }

    deinit {
        ZSTD_freeCCtx(packer)
        ZSTD_freeDCtx(unpacker)
    }

    /// Unpacks a block.
    ///
    /// - Parameters:
    ///   - packed: all of it, which may be several frames
    ///   - limit: how many bytes it may become
    /// - Returns: what it becomes
    /// - Throws: `CoderError` where it is damaged, cut or beyond the limit
    func unpacked(_ packed: UnsafeRawBufferPointer, limit: Int) throws(CoderError) -> Bytes {
        // The state of a stream is reset; errors of the one before do not matter.
        ZSTD_DCtx_reset(unpacker, ZSTD_reset_session_only)
        var output = BytesBuilder()
        var total = 0
        var source = ZSTD_inBuffer(src: packed.baseAddress, size: packed.count, pos: 0)
        var hint = 1
        var isFull = true
        while source.pos < source.size || (hint != 0 && isFull) {
            let room = min(AvroZstandard.piece, limit - total + 1)
            let before = (source.pos, total)
            output.append(capacity: room) { area in
                var target = ZSTD_outBuffer(dst: area.baseAddress, size: room, pos: 0)
                hint = ZSTD_decompressStream(unpacker, &target, &source)
                isFull = target.pos == room
                total += target.pos
                return target.pos
            }
            if total > limit {
                throw CoderError(
                    .limitExceeded, coder: AvroError.coder,
                    "a block expands to more than \(limit) bytes; raise the limit")
            }
            if ZSTD_isError(hint) != 0 || before == (source.pos, total) { break }
        }
        guard hint == 0 else {
            throw CoderError(.malformed, coder: AvroError.coder, "a packed block is damaged or cut")
        }
        return output.take()
    }

    /// Packs a block.
    ///
    /// - Throws: `CoderError` where the library fails
    func packed(_ block: UnsafeRawBufferPointer) throws(CoderError) -> Bytes {
        var result = 0
        let bytes = BytesBuffer.filled(capacity: ZSTD_compressBound(block.count)) { target in
            result = ZSTD_compressCCtx(
                packer, target.baseAddress, target.count, block.baseAddress, block.count, level)
            return ZSTD_isError(result) == 0 ? result : 0
        }
        guard ZSTD_isError(result) == 0 else {
            throw CoderError(
                CoderError.Code("engine_failure"), coder: AvroError.coder,
                "libzstd: \(String(cString: ZSTD_getErrorName(result)))")
        }
        return bytes
    }
}
