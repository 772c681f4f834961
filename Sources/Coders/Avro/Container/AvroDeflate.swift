import CConnectZlib
import Connect

/// Packs and unpacks blocks by DEFLATE, one after the other in the same memory; belongs to one worker.
final class AvroDeflate {
    private static let piece = 64 << 10

    /// zlib keeps a pointer back to the stream, so the stream must never move: it has its own allocation.
    private let stream: UnsafeMutablePointer<z_stream>
    private let isPacking: Bool

    /// - Parameter level: of packing; nil for unpacking
    /// - Throws: `CoderError` where there is no memory
    init(level: Int?) throws(CoderError) {
        isPacking = level != nil
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // Negative window bits: nothing around the packed bytes.
        let size = Int32(MemoryLayout<z_stream>.size)
        let status =
            if let level {
                deflateInit2_(
                    stream, Int32(clamping: max(1, min(level, 9))), Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY,
                    ZLIB_VERSION,
                    size)
            } else {
                inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, size)
            }
        if status != Z_OK {
            throw CoderError(CoderError.Code("out_of_memory"), coder: AvroError.coder, "zlib cannot begin: \(status)")
        }
    }

    deinit {
        if isPacking { deflateEnd(stream) } else { inflateEnd(stream) }
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Unpacks a block.
    ///
    /// - Parameters:
    ///   - packed: all of it
    ///   - limit: how many bytes it may become
    /// - Returns: what it becomes
    /// - Throws: `CoderError` where it is damaged, cut or beyond the limit
    func unpacked(_ packed: UnsafeRawBufferPointer, limit: Int) throws(CoderError) -> Bytes {
        inflateReset(stream)
        var output = BytesBuilder()
        var total = 0
        stream.pointee.next_in = AvroDeflate.bytes(packed)
        stream.pointee.avail_in = uInt(clamping: packed.count)
        var status = Z_OK
        while status != Z_STREAM_END {
            let room = min(AvroDeflate.piece, limit - total + 1)
            let before = (stream.pointee.avail_in, total)
            output.append(capacity: room) { target in
                stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = uInt(room)
                status = inflate(stream, Z_NO_FLUSH)
                let made = room - Int(stream.pointee.avail_out)
                total += made
                return made
            }
            if total > limit {
                throw CoderError(
                    .limitExceeded, coder: AvroError.coder,
                    "a block expands to more than \(limit) bytes; raise the limit")
            }
            guard status == Z_OK || status == Z_STREAM_END,
                status == Z_STREAM_END || before != (stream.pointee.avail_in, total)
            else {
                throw CoderError(.malformed, coder: AvroError.coder, "a packed block is damaged or cut")
            }
        }
        return output.take()
    }

    /// Packs a block.
    ///
    /// - Throws: `CoderError` where zlib fails
    func packed(_ block: UnsafeRawBufferPointer) throws(CoderError) -> Bytes {
        deflateReset(stream)
        let room = Int(deflateBound(stream, uLong(block.count)))
        stream.pointee.next_in = AvroDeflate.bytes(block)
        stream.pointee.avail_in = uInt(clamping: block.count)
        var status = Z_OK
        let result = BytesBuffer.filled(capacity: room) { target in
            stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = uInt(clamping: room)
            status = deflate(stream, Z_FINISH)
            return room - Int(stream.pointee.avail_out)
        }
        guard status == Z_STREAM_END else {
            throw CoderError(CoderError.Code("engine_failure"), coder: AvroError.coder, "zlib returned \(status)")
        }
        return result
    }

    private static func bytes(_ input: UnsafeRawBufferPointer) -> UnsafeMutablePointer<UInt8>? {
        UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
}
