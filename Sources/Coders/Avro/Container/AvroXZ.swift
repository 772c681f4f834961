import CConnectLZMA
import Connect

/// Packs and unpacks blocks as xz; belongs to one worker.
final class AvroXZ {
    private static let piece = 64 << 10
    /// How much memory unpacking may take: what the strongest level of `xz` takes.
    private static let memory: UInt64 = 80 << 20

    private let level: UInt32

    /// - Parameter level: of packing, 0...9; nil for unpacking
    init(level: Int?) {
        self.level = UInt32(clamping: max(0, min(level ?? 6, 9)))
    }

    /// Unpacks a block.
    ///
    /// - Parameters:
    ///   - packed: all of it
    ///   - limit: how many bytes it may become
    /// - Returns: what it becomes
    /// - Throws: `CoderError` where it is damaged, cut or beyond the limit, or takes too much memory
    func unpacked(_ packed: UnsafeRawBufferPointer, limit: Int) throws(CoderError) -> Bytes {
        var stream = lzma_stream()
        guard lzma_stream_decoder(&stream, AvroXZ.memory, 0) == LZMA_OK else { throw AvroXZ.noMemory }
        defer { lzma_end(&stream) }
        stream.next_in = packed.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_in = packed.count
        var output = BytesBuilder()
        var total = 0
        var status = LZMA_OK
        while status == LZMA_OK {
            let room = min(AvroXZ.piece, limit - total + 1)
            let before = (stream.avail_in, total)
            output.append(capacity: room) { target in
                stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.avail_out = room
                status = lzma_code(&stream, LZMA_FINISH)
                let made = room - stream.avail_out
                total += made
                return made
            }
            if total > limit { throw AvroError.tooLarge(limit) }
            if status == LZMA_OK, before == (stream.avail_in, total) { break }
        }
        if status == LZMA_MEMLIMIT_ERROR {
            throw CoderError(
                .limitExceeded, coder: AvroError.coder,
                "a block would take more than \(AvroXZ.memory) bytes of memory to be unpacked")
        }
        guard status == LZMA_STREAM_END, stream.avail_in == 0 else { throw AvroError.damagedBlock }
        return output.take()
    }

    /// Packs a block.
    ///
    /// - Throws: `CoderError` where the library fails
    func packed(_ block: UnsafeRawBufferPointer) throws(CoderError) -> Bytes {
        let room = lzma_stream_buffer_bound(block.count)
        var status = LZMA_OK
        let result = BytesBuffer.filled(capacity: room) { target in
            var count = 0
            status = lzma_easy_buffer_encode(
                level, LZMA_CHECK_CRC64, nil, block.baseAddress?.assumingMemoryBound(to: UInt8.self), block.count,
                target.baseAddress?.assumingMemoryBound(to: UInt8.self), &count, room)
            return status == LZMA_OK ? count : 0
        }
        guard status == LZMA_OK else { throw AvroXZ.noMemory }
        return result
    }

    private static let noMemory = CoderError(
        CoderError.Code("out_of_memory"), coder: AvroError.coder, "there is no memory for xz")
}
