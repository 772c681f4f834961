@testable import ConnectGzip

/// What `gzip -9` of version 1.12 made of a file `note.txt` of the year 2020.
let fromGzip: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x08, 0x9a, 0x2d, 0x36, 0x5e, 0x02, 0x03, 0x6e, 0x6f, 0x74, 0x65, 0x2e, 0x74, 0x78, 0x74,
    0x00, 0x4b, 0xaf, 0xca, 0x2c, 0xd0, 0x30, 0xd4, 0x54, 0x28, 0x2f, 0xca, 0x2f, 0x49, 0x55, 0x28, 0xc9, 0xc8,
    0x2c, 0xe6, 0x02, 0x00, 0xf2, 0x2b, 0x6b, 0xb1, 0x13, 0x00, 0x00, 0x00,
]

/// One member as the deflater makes it.
func gzip(_ bytes: some Sequence<UInt8>, level: Int = 6) -> [UInt8] {
    var output: [UInt8] = []
    do {
        let deflater = try GzipDeflater(level: level)
        try Array(bytes).withUnsafeBytes { try deflater.deflateMessage($0) { output += $0 } }
    } catch {
        return []
    }
    return output
}

func gzip(_ text: String) -> [UInt8] {
    gzip(text.utf8)
}

/// One member made by hand, apart from zlib: any flags of RFC 1952, and one stored block.
func member(_ text: String, flags: UInt8 = 0, headerCheckDelta: UInt16 = 0) -> [UInt8] {
    var bytes: [UInt8] = [0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3]
    if flags & 4 != 0 { bytes += [6, 0, 0x41, 0x70, 2, 0, 0, 0x1f] }
    if flags & 8 != 0 { bytes += Array("a name".utf8) + [0] }
    if flags & 16 != 0 { bytes += Array("a comment".utf8) + [0] }
    if flags & 2 != 0 { bytes += littleEndian(UInt16(truncatingIfNeeded: slowCRC(bytes)) &+ headerCheckDelta) }
    let body = Array(text.utf8)
    let length = UInt16(truncatingIfNeeded: body.count)
    bytes += [1] + littleEndian(length) + littleEndian(~length) + body
    return bytes + littleEndian(slowCRC(body)) + littleEndian(UInt32(length))
}

/// CRC-32 by its definition (RFC 1952 section 8), bit by bit.
func slowCRC(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xedb8_8320 }
    }
    return ~crc
}

func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
}

func change(_ bytes: [UInt8], at index: Int) -> [UInt8] {
    var bytes = bytes
    bytes[index] ^= 1
    return bytes
}

/// "0,1,2,…,"
func list(_ count: Int) -> String {
    (0..<count).map { "\($0)," }.joined()
}

/// Inflates with input and output cut into pieces, and gives what came out even if it ended in an error.
func read(
    _ bytes: [UInt8],
    inputStep: Int = 4096,
    outputStep: Int = 4096,
    limit: Int = .max,
    with inflater: GzipInflater? = nil
) -> (output: [UInt8], error: GzipError?) {
    var output: [UInt8] = []
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: outputStep, alignment: 1)
    defer { room.deallocate() }
    do throws(GzipError) {
        let inflater = if let inflater { inflater } else { try GzipInflater(outputLimit: limit) }
        for start in stride(from: 0, to: bytes.count, by: inputStep) {
            let piece = Array(bytes[start..<min(start + inputStep, bytes.count)])
            var consumed = 0
            var progress = GzipInflater.Progress.outputFull
            while progress == .outputFull {
                var produced = 0
                let result = piece.withUnsafeBytes { input in
                    Result { () throws(GzipError) in
                        try inflater.inflate(input: input, consumed: &consumed, into: room, produced: &produced)
                    }
                }
                output += room[..<produced]
                progress = try result.get()
            }
            precondition(consumed == piece.count)
        }
        try inflater.finish()
        return (output, nil)
    } catch {
        return (output, error)
    }
}

/// Inflates with input and output cut into pieces, or throws.
func gunzip(
    _ bytes: some Sequence<UInt8>,
    inputStep: Int = 4096,
    outputStep: Int = 4096,
    limit: Int = .max
) throws -> [UInt8] {
    let (output, error) = read(Array(bytes), inputStep: inputStep, outputStep: outputStep, limit: limit)
    if let error { throw error }
    return output
}

/// Inflates with a reader that has a past.
func gunzip(_ bytes: [UInt8], with inflater: GzipInflater, reset: Bool = true) throws -> [UInt8] {
    if reset { inflater.reset() }
    let (output, error) = read(bytes, with: inflater)
    if let error { throw error }
    return output
}

func failure(of bytes: [UInt8], inputStep: Int = 4096) -> GzipError? {
    read(bytes, inputStep: inputStep).error
}
