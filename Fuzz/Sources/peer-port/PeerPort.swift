import Connect
@_spi(Fuzzing) import ConnectNetwork
import FuzzSupport

/// Whatever comes to the peer port does not crash, means the same wherever it is cut, and is not believed without TLS where
/// TLS is wanted; what is a frame is restored.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPeerPort(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = FuzzInput(data, size)
    let mode = input.byte()
    let longest = 1 + input.number(below: 3000)
    var bytes = mode & 1 == 0 ? input.remaining() : framed(&input)
    if mode & 2 != 0 { bytes = framed(hello) + bytes }
    if mode & 4 != 0 { bytes = framed(hello) + framed(announcement) + framed(ready) + bytes }
    let role = mode & 8 == 0 ? Handshake.Role.listener : .dialler(expecting: 0)
    let isInClear = mode & 16 != 0
    let authentication = mode & 32 == 0 || isInClear ? Authentication.sharedSecret : .none
    let whole = actions(role, authentication, isInClear: isInClear, bytes, longest: bytes.count)
    let cut = actions(role, authentication, isInClear: isInClear, bytes, longest: longest)
    require(whole == cut, "it matters where the bytes are cut")
    for action in whole {
        switch action {
        case .send(let frame), .frame(let frame): restore(frame)
        case .accepted: require(!isInClear, "a stranger was accepted")
        case .asked(let request):
            require(!isInClear, "a stranger was answered")
            restore(.listRequest(request))
        case .close: break
        }
    }
    return 0
}

private func actions(
    _ role: Handshake.Role, _ authentication: Authentication, isInClear: Bool, _ bytes: [UInt8], longest: Int
) -> [PeerConnection.Action] {
    var connection = PeerConnection(
        role: role, facts: MemberFacts(place: 1, list: ["a:1", "b:2"], epoch: 1, instance: 1, planHash: "p"),
        authentication: authentication, now: MonotonicTime(nanoseconds: 0))
    var all = connection.start()
    var start = 0
    while start < bytes.count {
        let end = min(bytes.count, start + longest)
        all += bytes[start..<end].withUnsafeBytes { piece in
            let now = MonotonicTime(nanoseconds: 1)
            return isInClear ? connection.receiveInClear(piece, at: now) : connection.receive(piece, at: now)
        }
        start = end
    }
    let isClosed = all.contains { if case .close = $0 { true } else { false } }
    require(
        (connection.deadline == nil) == isClosed, "a closed connection waits for something, or an open one for nothing")
    if isClosed {
        let late = framed(hello).withUnsafeBytes { connection.receive($0, at: MonotonicTime(nanoseconds: 2)) }
        require(late.isEmpty && connection.disconnect(nil).isEmpty, "something comes out of a closed connection")
    }
    return all
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
private let hello: (UInt8, [UInt8]) = (1, Array("CNCTPEER".utf8) + [0, 1, 1])

/// The announcement of member 0.
private let announcement: (UInt8, [UInt8]) = (
    2,
    [UInt8](repeating: 0, count: 12) + [0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 112, 0, 3, 97, 58, 49, 0, 2, 0, 3, 97, 58, 49]
        + [0, 3, 98, 58, 50]
)

/// The end of a handshake in epoch 1.
private let ready: (UInt8, [UInt8]) = (3, [0, 0, 0, 0, 0, 0, 0, 1])

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
