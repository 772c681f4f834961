import Connect
@_spi(Fuzzing) import ConnectNetwork
import FuzzSupport

/// Whatever comes to the peer port neither crashes nor is taken for a peer, and what is a frame is restored.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPeerPort(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = FuzzInput(data, size)
    let mode = input.byte()
    let longest = 1 + input.number(below: 3000)
    var bytes = mode & 1 == 0 ? input.remaining() : framed(&input)
    if mode & 2 != 0 { bytes = framed(hello) + bytes }
    var decoder = FrameDecoder()
    if mode & 4 != 0 { decoder.accept() }
    var handshake = Handshake(
        role: mode & 8 == 0 ? .listener : .dialler(expecting: 1),
        facts: MemberFacts(place: 0, list: ["a:1", "b:2"], epoch: 1, instance: 1, planHash: "p"),
        authentication: .sharedSecret { _ in "a proof that nobody guesses" },
        nonce: Bytes([UInt8](repeating: 1, count: 32)), now: MonotonicTime(nanoseconds: 0))
    _ = handshake.start()
    var frames: [Frame] = []
    var start = 0
    while start < bytes.count {
        let end = min(bytes.count, start + longest)
        do throws(ProtocolError) {
            try decoder.decode(Bytes(bytes[start..<end]), into: &frames)
        } catch {
            require(!error.message.isEmpty, "an error says nothing")
            check(handshake.fail(error))
            break
        }
        start = end
    }
    for frame in frames {
        check(handshake.receive(frame))
        restore(frame)
    }
    return 0
}

private func check(_ step: Handshake.Step) {
    if case .accepted = step.verdict { require(false, "a stranger was accepted") }
    for frame in step.frames { restore(frame) }
}

private func restore(_ frame: Frame) {
    var bytes: [UInt8] = []
    FrameEncoder.append(frame, to: &bytes)
    var decoder = FrameDecoder()
    decoder.accept()
    var frames: [Frame] = []
    do throws(ProtocolError) {
        try decoder.decode(Bytes(bytes), into: &frames)
    } catch {
        require(false, "what was encoded cannot be decoded: \(error)")
    }
    require(frames == [frame], "a frame is not restored")
}

/// A hello's type and content.
private let hello: (UInt8, [UInt8]) = (1, Array("CNCTPEER".utf8) + [0, 1, 1] + [UInt8](repeating: 2, count: 32))

/// Frames with right lengths and checksums, whatever their contents: no fuzzer guesses those.
private func framed(_ input: inout FuzzInput) -> [UInt8] {
    var bytes: [UInt8] = []
    while !input.isEmpty {
        let type = input.byte()
        bytes += framed((type, input.bytes(atMost: input.number(below: 300))), flags: type >> 6)
    }
    return bytes
}

private func framed(_ frame: (type: UInt8, content: [UInt8]), flags: UInt8 = 0) -> [UInt8] {
    let length = UInt32(12 + frame.content.count)
    let head = withUnsafeBytes(of: length.bigEndian) { Array($0) } + [frame.type & 0x3F, flags, 0, 0]
    var checksum = UInt32.max
    for byte in head + frame.content {
        checksum ^= UInt32(byte)
        for _ in 0..<8 { checksum = checksum & 1 == 1 ? (checksum >> 1) ^ 0x82F6_3B78 : checksum >> 1 }
    }
    return head + withUnsafeBytes(of: (~checksum).bigEndian) { Array($0) } + frame.content
}
