public import Connect

/// Makes frames of bytes that come in pieces of any length.
///
/// Until the other side has been accepted, memory grows with the bytes that came, not with a length that is only
/// announced. After a fault nothing more is taken: where a frame ends is not known any more.
@_spi(Fuzzing)
public struct FrameDecoder: ~Copyable, Sendable {
    /// The flag of a batch's last fragment.
    static let lastFlag: UInt8 = 1
    /// The flag of a fragment behind which the stages have failed.
    static let failedFlag: UInt8 = 2

    private let limits: WireLimits
    private var isAccepted = false
    private var header: [UInt8] = []
    private var body = BytesBuilder()
    /// How many bytes of the body are still to come.
    private var missing = 0
    /// Whether a part of the body has come.
    private var isWithin = false
    private var fault: ProtocolError?

    /// A decoder of a connection that has just been made.
    ///
    /// - Parameter limits: the bounds of what is taken
    public init(limits: WireLimits = WireLimits()) {
        self.limits = limits
    }

    /// Whether the last bytes were the end of a frame.
    var isBetweenFrames: Bool { header.isEmpty }

    /// Takes frames of all types from now on, and long ones; before, only those of a handshake.
    public mutating func accept() {
        isAccepted = true
    }

    /// Takes in bytes and appends the frames that they complete.
    ///
    /// - Parameters:
    ///   - piece: the bytes that came next
    ///   - frames: what the frames are appended to, also those before a fault
    /// - Throws: what is wrong; every later call throws the same
    public mutating func decode(_ piece: Bytes, into frames: inout [Frame]) throws(ProtocolError) {
        var offset = 0
        try piece.withUnsafeBytes { (bytes) throws(ProtocolError) in
            while let frame = try next(in: bytes, from: &offset) { frames.append(frame) }
        }
    }

    /// Takes in bytes up to the end of the next frame.
    ///
    /// - Parameters:
    ///   - piece: the bytes that came
    ///   - offset: how many of them were taken in already, and afterwards, how many are
    /// - Returns: the frame that is complete now; nil where all bytes were taken in and more are needed
    /// - Throws: what is wrong; every later call throws the same
    mutating func next(in piece: UnsafeRawBufferPointer, from offset: inout Int) throws(ProtocolError) -> Frame? {
        if let fault { throw fault }
        do throws(ProtocolError) {
            while offset < piece.count {
                if header.count < WireLimits.headerLength {
                    header.append(piece[offset])
                    offset += 1
                    if header.count == 4 { try checkLength() }
                    guard header.count == WireLimits.headerLength else { continue }
                    _ = try checkKind()
                }
                let rest = UnsafeRawBufferPointer(rebasing: piece[offset...])
                offset += min(missing, rest.count)
                if let content = content(from: rest) { return try finishFrame(content) }
            }
            return nil
        } catch {
            fault = error
            throw error
        }
    }

    /// Adds to the content of the frame what the bytes hold of it; each byte is copied once.
    ///
    /// - Returns: the content where it is complete
    private mutating func content(from bytes: UnsafeRawBufferPointer) -> Bytes? {
        let count = min(missing, bytes.count)
        let mine = UnsafeRawBufferPointer(rebasing: bytes[..<count])
        if !isWithin, count == missing {
            missing = 0
            return Bytes(copying: mine)
        }
        // Whoever was accepted may fill a frame; strangers are given memory for what they have sent, not announced.
        if !isWithin, isAccepted { body.append(capacity: missing) { _ in 0 } }
        isWithin = true
        body.append(mine)
        missing -= count
        guard missing == 0 else { return nil }
        isWithin = false
        return body.take()
    }

    private func word(at index: Int) -> UInt32 {
        header[index..<(index + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private mutating func checkLength() throws(ProtocolError) {
        let length = Int(word(at: 0))
        let maximum = isAccepted ? limits.maximumFrameLength : limits.maximumHandshakeLength
        guard length >= WireLimits.minimumFrameLength, length <= maximum else {
            // Other protocols begin with bytes that would be lengths far out of bounds.
            throw isAccepted
                ? ProtocolError(
                    .frameLength,
                    "a frame of \(length) bytes was announced, \(WireLimits.minimumFrameLength) to \(maximum) are "
                        + "allowed")
                : ProtocolError(.notAPeer, "the first bytes are not those of a peer: this port is for peers only")
        }
        missing = length - WireLimits.headerLength
    }

    private func checkKind() throws(ProtocolError) -> Frame.Kind {
        guard let kind = Frame.Kind(rawValue: header[4]) else {
            throw ProtocolError(.unknownType, "a frame of type \(header[4]) came, which this version does not have")
        }
        guard isAccepted || kind.belongsToHandshake else {
            throw ProtocolError(.unexpected, "a frame of type \(kind) came before the end of the handshake")
        }
        // One at most: what has failed is not whole.
        let isKnown =
            header[5] == 0 || kind == .fragment && (header[5] == Self.lastFlag || header[5] == Self.failedFlag)
        guard isKnown, header[6] == 0, header[7] == 0 else {
            throw ProtocolError(.malformed, "a frame of type \(kind) has flags that this version does not have")
        }
        return kind
    }

    private mutating func finishFrame(_ content: Bytes) throws(ProtocolError) -> Frame {
        var checksum = CastagnoliChecksum()
        header.withUnsafeBytes { checksum.update(UnsafeRawBufferPointer(rebasing: $0[..<8])) }
        checksum.update(content)
        let kind = try checkKind()
        guard checksum.value == word(at: 8) else {
            throw ProtocolError(.checksum, "the checksum of a frame of type \(kind) is not that of its bytes")
        }
        let flags = header[5]
        header.removeAll(keepingCapacity: true)
        var reader = WireReader(content, of: kind)
        let frame = try reader.frame(kind, flags: flags)
        try reader.end()
        return frame
    }
}
