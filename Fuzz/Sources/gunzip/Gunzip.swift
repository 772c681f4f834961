import CFuzzZlib
import Connect
import ConnectGzip
import FuzzSupport

/// Feeds one input to the fuzzer; see `PackedFormat.check`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzGunzip(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    PackedFormat(
        pack: pack,
        unpackMessage: { message in
            var coder = try GunzipMessage(outputLimit: PackedFormat.limit).makeInstance()
            return try coder.convert(message)
        },
        unpackStream: { $0.apply(Gunzip(chunkBytes: $1)) }, reference: reference
    ).check(data, size)
    return 0
}

private func pack(_ content: [UInt8], _ level: UInt8) -> [UInt8] {
    var content = content
    var packed = [UInt8](repeating: 0, count: content.count + content.count / 1000 + 100)
    var stream = z_stream()
    fuzz_deflate_init(&stream, CInt(level % 10))
    defer { deflateEnd(&stream) }
    let count = content.withUnsafeMutableBufferPointer { content in
        packed.withUnsafeMutableBufferPointer { packed in
            stream.next_in = content.baseAddress
            stream.avail_in = UInt32(content.count)
            stream.next_out = packed.baseAddress
            stream.avail_out = UInt32(packed.count)
            require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib cannot pack")
            return packed.count - Int(stream.avail_out)
        }
    }
    return Array(packed[..<count])
}

/// What zlib makes of all members, up to where no further one begins.
private func reference(_ content: [UInt8]) -> [UInt8]? {
    var content = content
    var output: [UInt8] = []
    var room = [UInt8](repeating: 0, count: PackedFormat.limit + 1)
    var stream = z_stream()
    fuzz_inflate_init(&stream)
    defer { inflateEnd(&stream) }
    return content.withUnsafeMutableBufferPointer { content -> [UInt8]? in
        stream.next_in = content.baseAddress
        stream.avail_in = UInt32(content.count)
        while stream.avail_in > 0, stream.next_in.pointee == 0x1F {
            inflateReset(&stream)
            let status = room.withUnsafeMutableBufferPointer { room in
                stream.next_out = room.baseAddress
                stream.avail_out = UInt32(room.count)
                return inflate(&stream, Z_FINISH)
            }
            if status != Z_STREAM_END { return nil }
            output += room[..<(room.count - Int(stream.avail_out))]
        }
        return output
    }
}
