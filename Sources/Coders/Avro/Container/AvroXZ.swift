import CConnectLZMA
import Connect

/// Packs and unpacks blocks as xz, or in libavro's way, which leaves out all around the data; belongs to one worker.
final class AvroXZ {
    /// What stands around the data.
    enum Form {
        /// All that a file of xz has.
        case xz
        /// Nothing: libavro's codec `lzma`.
        case raw
    }

    private static let piece = 64 << 10
    /// How much memory unpacking may take: what the strongest level of `xz` takes.
    private static let memory: UInt64 = 80 << 20

    /// LZMA2, whose name in the library is a macro.
    private static let filter: lzma_vli = 0x21

    private let level: UInt32
    private let form: Form
    /// What the library reads by address.
    private let options = UnsafeMutablePointer<lzma_options_lzma>.allocate(capacity: 1)

    /// - Parameters:
    ///   - level: of packing, 0...9; nil for unpacking
    ///   - form: what stands around the data
    init(level: Int?, _ form: Form = .xz) {
        self.level = UInt32(clamping: max(0, min(level ?? 6, 9)))
        self.form = form
        options.initialize(to: lzma_options_lzma())
        lzma_lzma_preset(options, self.level)
    }

    deinit {
        options.deallocate()
    }

    /// The steps of the raw form, with the end of their list.
    private var filters: [lzma_filter] {
        [
            lzma_filter(id: AvroXZ.filter, options: UnsafeMutableRawPointer(options)),
            lzma_filter(id: lzma_vli.max, options: nil),
        ]
    }

    private func begin(_ stream: inout lzma_stream) -> lzma_ret {
        switch form {
        case .xz: lzma_stream_decoder(&stream, AvroXZ.memory, 0)
        // Its memory is that of the level.
        case .raw: lzma_raw_decoder(&stream, filters)
        }
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
        guard begin(&stream) == LZMA_OK else { throw AvroXZ.noMemory }
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
        // The raw form may be a little longer than the library says of the other one.
        let room = lzma_stream_buffer_bound(block.count) + 1024
        var status = LZMA_OK
        let result = BytesBuffer.filled(capacity: room) { target in
            var count = 0
            let (input, output) = (
                block.baseAddress?.assumingMemoryBound(to: UInt8.self),
                target.baseAddress?.assumingMemoryBound(to: UInt8.self)
            )
            status =
                switch form {
                case .xz:
                    lzma_easy_buffer_encode(
                        level, LZMA_CHECK_CRC64, nil, input, block.count, output, &count, room)
                case .raw: lzma_raw_buffer_encode(filters, nil, input, block.count, output, &count, room)
                }
            return status == LZMA_OK ? count : 0
        }
        guard status == LZMA_OK else { throw AvroXZ.noMemory }
        return result
    }

    private static let noMemory = CoderError(
        CoderError.Code("out_of_memory"), coder: AvroError.coder, "there is no memory for xz")
}
