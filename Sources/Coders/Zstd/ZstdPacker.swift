import CConnectZstd
import Connect

/// Packs whole messages; belongs to one worker.
final class ZstdPacker {
    private let context: OpaquePointer
    private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    init(level: Int) throws(CoderError) {
        guard let context = ZSTD_createCCtx() else {
            throw CoderError(CoderError.Code("out_of_memory"), coder: "ZSTD", "there is no memory to pack with")
        }
        self.context = context
        try check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level)))
        try check(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1))
    }

    deinit {
        ZSTD_freeCCtx(context)
        room.deallocate()
    }

    func pack(_ message: Bytes) throws(CoderError) -> Bytes {
        let most = ZSTD_compressBound(message.count)
        if room.count < most {
            room.deallocate()
            room = .allocate(byteCount: most, alignment: 16)
        }
        let count = message.withUnsafeBytes {
            ZSTD_compress2(context, room.baseAddress, room.count, $0.baseAddress, $0.count)
        }
        try check(count)
        return Bytes(copying: UnsafeRawBufferPointer(rebasing: room[..<count]))
    }

    private func check(_ result: Int) throws(CoderError) {
        guard ZSTD_isError(result) != 0 else { return }
        throw CoderError(CoderError.Code("engine_failure"), coder: "ZSTD", String(cString: ZSTD_getErrorName(result)))
    }
}
