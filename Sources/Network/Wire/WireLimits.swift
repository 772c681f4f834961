/// The bounds of what a peer may send; each is checked before anything is allocated by it.
@_spi(Fuzzing)
public struct WireLimits: Sendable, Hashable {
    /// The longest frame, in bytes, header included.
    var maximumFrameLength: Int
    /// The longest frame before the handshake has ended, in bytes, header included.
    var maximumHandshakeLength: Int

    /// The shortest frame, in bytes, header included.
    static let minimumFrameLength = 14
    /// The header of a frame, in bytes.
    static let headerLength = 12
    /// The longest text of a sentence, an address or a hash, in bytes of UTF-8.
    static let maximumTextLength = 1024
    /// The most members a list may have.
    static let maximumMembers = 1024

    /// Bounds of frames.
    ///
    /// - Parameters:
    ///   - maximumFrameLength: the longest frame, in bytes; the default has room for 1 MiB of payload
    ///   - maximumHandshakeLength: the longest frame before the other side has been accepted, in bytes
    public init(maximumFrameLength: Int = (1 << 20) + 64, maximumHandshakeLength: Int = 64 << 10) {
        self.maximumFrameLength = maximumFrameLength
        self.maximumHandshakeLength = maximumHandshakeLength
    }
}
