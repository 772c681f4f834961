import CFuzzZstd
import Connect
import ConnectZstd
import FuzzSupport

/// Data that claim to be Zstandard neither crash nor fill the memory, and give what the library gives that unpacks them
/// at once; good data come out as they went in, and altered ones never come out as something else.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzUnzstd(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = FuzzInput(data, size)
    let seed = input.byte()
    let mode = input.byte() % 4
    if mode == 0 {
        checkForeign(input.remaining(), seed)
        return 0
    }
    let level = CInt(input.byte() % 20)
    let place = input.number(below: 1 << 16)
    let change = input.byte()
    let first = input.bytes(atMost: 20_000)
    let second = input.remaining()
    var packed = pack(first, level) + pack(second, level)
    if mode == 3 {
        packed.removeLast(1 + place % packed.count)
        // A cut between the frames cannot be seen.
        let (message, stream) = unpack(packed, seed)
        require(message == nil || message == first, "a message that was cut is taken")
        require(stream == nil || stream == first, "a stream that was cut is taken")
        return 0
    }
    if mode == 2 { packed[place % packed.count] ^= change }
    let (message, stream) = unpack(packed, seed)
    if mode == 1 || change == 0 {
        require(message == first + second, "good data are not restored as a message")
        require(stream == first + second, "good data are not restored as a stream")
    } else {
        // What says nothing of the content, such as the size of the window, may be altered.
        require(message == nil || message == first + second, "an altered message is taken")
        require(stream == nil || stream == first + second, "an altered stream is taken")
    }
    return 0
}

private func checkForeign(_ content: [UInt8], _ seed: UInt8) {
    let (message, stream) = unpack(content, seed)
    require(message == stream, "a message and a stream of the same bytes differ")
    if let message { require(message == reference(content), "the library unpacks something else") }
}

private let limit = 1 << 20

/// Unpacks as a message and as a stream; nil where it is refused.
private func unpack(_ content: [UInt8], _ seed: UInt8) -> (message: [UInt8]?, stream: [UInt8]?) {
    var message: [UInt8]?
    do {
        var coder = try UnzstdMessage(outputLimit: limit).makeInstance()
        message = Array(try coder.convert(Bytes(content)))
    } catch let error as CoderError {
        // The stream has no limit, so the two cannot be compared.
        if error.code == .limitExceeded { return (nil, nil) }
    } catch {
        fatalError("an error of another type: \(error)")
    }
    let found = CollectSink<StreamChunk>()
    let succeeded = succeeds(
        Pipeline("unzstd").root(ListSource(chunks(of: content, seed: seed)))
            .apply(Unzstd(chunkBytes: 1 + Int(seed) * 17)).to(found))
    return (message, succeeded ? found.elements.flatMap { Array($0.bytes) } : nil)
}

/// One frame with a checksum.
private func pack(_ content: [UInt8], _ level: CInt) -> [UInt8] {
    let context = ZSTD_createCCtx()
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    var packed = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
    let count = ZSTD_compress2(context, &packed, packed.count, content, content.count)
    require(ZSTD_isError(count) == 0, "the library cannot pack")
    return Array(packed[..<count])
}

/// What the library makes of all frames at once; nil where it refuses them.
private func reference(_ content: [UInt8]) -> [UInt8]? {
    var room = [UInt8](repeating: 0, count: limit)
    let count = ZSTD_decompress(&room, room.count, content, content.count)
    return ZSTD_isError(count) == 0 ? Array(room[..<count]) : nil
}
