import CConnectBzip2
import Connect

/// Packs and unpacks blocks by bzip2; belongs to one worker.
final class AvroBzip2 {
    private static let piece = 64 << 10

    private let level: Int32

    /// - Parameter level: of packing; nil for unpacking
    init(level: Int?) {
        self.level = Int32(clamping: max(1, min(level ?? 9, 9)))
    }

    /// Unpacks a block.
    ///
    /// - Parameters:
    ///   - packed: all of it
    ///   - limit: how many bytes it may become
    /// - Returns: what it becomes
    /// - Throws: `CoderError` where it is damaged, cut or beyond the limit
    func unpacked(_ packed: UnsafeRawBufferPointer, limit: Int) throws(CoderError) -> Bytes {
        // The library keeps a pointer back to the stream, so the stream must never move: it has its own allocation.
        let stream = UnsafeMutablePointer<bz_stream>.allocate(capacity: 1)
        stream.initialize(to: bz_stream())
        defer { stream.deallocate() }
        guard BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else { throw AvroBzip2.noMemory }
        defer { BZ2_bzDecompressEnd(stream) }
        stream.pointee.next_in = AvroBzip2.characters(packed)
        stream.pointee.avail_in = UInt32(clamping: packed.count)
        var output = BytesBuilder()
        var total = 0
        var status = BZ_OK
        while status == BZ_OK {
            let room = min(AvroBzip2.piece, limit - total + 1)
            let before = (stream.pointee.avail_in, total)
            output.append(capacity: room) { target in
                stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: CChar.self)
                stream.pointee.avail_out = UInt32(room)
                status = BZ2_bzDecompress(stream)
                let made = room - Int(stream.pointee.avail_out)
                total += made
                return made
            }
            if total > limit { throw AvroError.tooLarge(limit) }
            if status == BZ_OK, before == (stream.pointee.avail_in, total) { break }
        }
        guard status == BZ_STREAM_END, stream.pointee.avail_in == 0 else { throw AvroError.damagedBlock }
        return output.take()
    }

    /// Packs a block.
    ///
    /// - Throws: `CoderError` where the library fails
    func packed(_ block: UnsafeRawBufferPointer) throws(CoderError) -> Bytes {
        // What the library says it takes at most.
        let room = block.count + block.count / 100 + 600
        var status = BZ_OK
        let result = BytesBuffer.filled(capacity: room) { target in
            var count = UInt32(clamping: room)
            status = BZ2_bzBuffToBuffCompress(
                target.baseAddress?.assumingMemoryBound(to: CChar.self), &count, AvroBzip2.characters(block),
                UInt32(clamping: block.count), level, 0, 0)
            return status == BZ_OK ? Int(count) : 0
        }
        guard status == BZ_OK else { throw AvroBzip2.noMemory }
        return result
    }

    private static let noMemory = CoderError(
        CoderError.Code("out_of_memory"), coder: AvroError.coder, "there is no memory for bzip2")

    private static func characters(_ input: UnsafeRawBufferPointer) -> UnsafeMutablePointer<CChar>? {
        UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: CChar.self))
    }
}
