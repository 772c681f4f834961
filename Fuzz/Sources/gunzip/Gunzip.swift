import CFuzzZlib
import Connect
import ConnectGzip
import FuzzSupport

/// Data that claim to be gzip neither crash nor fill the memory, and give what the system's library gives; good data
/// come out as they went in, and altered ones never come out as something else.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzGunzip(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = FuzzInput(data, size)
    let seed = input.byte()
    let mode = input.byte() % 3
    if mode == 0 {
        checkForeign(input.remaining(), seed)
        return 0
    }
    let level = CInt(input.byte() % 10)
    let place = input.number(below: 1 << 16)
    let change = input.byte()
    let first = input.bytes(atMost: 20_000)
    let second = input.remaining()
    var packed = pack(first, level) + pack(second, level)
    if mode == 2 { packed[place % packed.count] ^= change }
    let (message, stream) = unpack(packed, seed)
    if mode == 1 || change == 0 {
        require(message == first + second, "good data are not restored as a message")
        require(stream == first + second, "good data are not restored as a stream")
    } else {
        // What says nothing of the content, such as a time, may be altered.
        require(message == nil || message == first + second, "an altered message is taken")
        require(stream == nil || stream == first + second, "an altered stream is taken")
    }
    return 0
}

private func checkForeign(_ content: [UInt8], _ seed: UInt8) {
    let (message, stream) = unpack(content, seed)
    require(message == stream, "a message and a stream of the same bytes differ")
    if let message { require(message == reference(content), "the system's library unpacks something else") }
}

private let limit = 1 << 20

/// Unpacks as a message and as a stream; nil where it is refused.
private func unpack(_ content: [UInt8], _ seed: UInt8) -> (message: [UInt8]?, stream: [UInt8]?) {
    var message: [UInt8]?
    do {
        var coder = try GunzipMessage(outputLimit: limit).makeInstance()
        message = Array(try coder.convert(Bytes(content)))
    } catch let error as CoderError {
        // The stream has no limit, so the two cannot be compared.
        if error.code == .limitExceeded { return (nil, nil) }
    } catch {
        fatalError("an error of another type: \(error)")
    }
    let found = CollectSink<StreamChunk>()
    let succeeded = succeeds(
        Pipeline("gunzip").root(ListSource(chunks(of: content, seed: seed)))
            .apply(Gunzip(chunkBytes: 1 + Int(seed) * 17)).to(found))
    return (message, succeeded ? found.elements.flatMap { Array($0.bytes) } : nil)
}

private func pack(_ content: [UInt8], _ level: CInt) -> [UInt8] {
    var content = content
    var packed = [UInt8](repeating: 0, count: content.count + content.count / 1000 + 100)
    var stream = z_stream()
    fuzz_deflate_init(&stream, level)
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
    var room = [UInt8](repeating: 0, count: limit + 1)
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
