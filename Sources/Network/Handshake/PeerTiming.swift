/// How long what is waited for.
@_spi(Fuzzing)
public struct PeerTiming: Sendable, Hashable {
    /// How long the making of a connection may take.
    var connectTimeout: Duration
    /// How long a connection has from its begin until both sides have accepted each other.
    var handshakeTimeout: Duration
    /// After how long a silence of its own a side gives a sign of life.
    var heartbeatInterval: Duration
    /// After how long a silence the other side is taken for dead.
    var peerTimeout: Duration
    /// How long the other side has to read a refusal or a goodbye.
    var lingerTimeout: Duration
    /// After how long a member is dialled again for the first time.
    var redialInterval: Duration
    /// The longest wait before a member is dialled again.
    var longestRedialInterval: Duration

    /// Waits.
    ///
    /// - Parameters:
    ///   - connectTimeout: how long the making of a connection may take
    ///   - handshakeTimeout: how long a connection has from its begin until both sides have accepted each other
    ///   - heartbeatInterval: after how long a silence of its own a side gives a sign of life
    ///   - peerTimeout: after how long a silence the other side is taken for dead
    ///   - lingerTimeout: how long the other side has to read a refusal or a goodbye
    ///   - redialInterval: after how long a member is dialled again for the first time; doubles from time to time
    ///   - longestRedialInterval: the longest wait before a member is dialled again
    public init(
        connectTimeout: Duration = .seconds(5), handshakeTimeout: Duration = .seconds(5),
        heartbeatInterval: Duration = .seconds(1), peerTimeout: Duration = .seconds(10),
        lingerTimeout: Duration = .seconds(1), redialInterval: Duration = .milliseconds(50),
        longestRedialInterval: Duration = .seconds(2)
    ) {
        self.connectTimeout = connectTimeout
        self.handshakeTimeout = handshakeTimeout
        self.heartbeatInterval = heartbeatInterval
        self.peerTimeout = peerTimeout
        self.lingerTimeout = lingerTimeout
        self.redialInterval = redialInterval
        self.longestRedialInterval = longestRedialInterval
    }
}
