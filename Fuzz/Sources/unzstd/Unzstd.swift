import CFuzzZstd
import Connect
import ConnectZstd
import FuzzSupport

/// Feeds one input to the fuzzer; see `PackedFormat.check`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzUnzstd(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    PackedFormat(
        pack: pack,
        unpackMessage: { message in
            var coder = try UnzstdMessage(outputLimit: PackedFormat.limit).makeInstance()
            return try coder.convert(message)
        },
        unpackStream: { $0.apply(Unzstd(chunkBytes: $1)) }, reference: reference
    ).check(data, size)
    return 0
}

/// One frame with a checksum.
private func pack(_ content: [UInt8], _ level: UInt8) -> [UInt8] {
    let context = ZSTD_createCCtx()
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, CInt(level % 20))
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    var packed = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
    let count = ZSTD_compress2(context, &packed, packed.count, content, content.count)
    require(ZSTD_isError(count) == 0, "the library cannot pack")
    return Array(packed[..<count])
}

/// What the library makes of all frames at once; nil where it refuses them.
private func reference(_ content: [UInt8]) -> [UInt8]? {
    var room = [UInt8](repeating: 0, count: PackedFormat.limit)
    let count = ZSTD_decompress(&room, room.count, content, content.count)
    return ZSTD_isError(count) == 0 ? Array(room[..<count]) : nil
}
