import Connect

/// How the instances of a pipeline speak to each other.
public struct PeersOptions: Sendable {
    /// What protects the connections, the same for all instances.
    public var security: PeerSecurity
    /// Where this instance listens, if that is not the address by which the others reach it.
    public var listensAt: PeerAddress?
    /// After how long a silence another instance is taken for lost. One that reads the source or merges must be back
    /// within the same time, or the pipeline fails.
    public var peerTimeout: Duration
    /// After how long a silence of its own an instance gives a sign of life.
    public var heartbeatInterval: Duration
    var limits = ExchangeLimits()

    /// The usual way to speak.
    ///
    /// - Parameters:
    ///   - security: what protects the connections
    ///   - listensAt: where this instance listens; nil for its address in the list
    ///   - peerTimeout: after how long a silence another instance is taken for lost
    ///   - heartbeatInterval: after how long a silence of its own an instance gives a sign of life
    public init(
        security: PeerSecurity = .loopback, listensAt: PeerAddress? = nil, peerTimeout: Duration = .seconds(10),
        heartbeatInterval: Duration = .seconds(1)
    ) {
        self.security = security
        self.listensAt = listensAt
        self.peerTimeout = peerTimeout
        self.heartbeatInterval = heartbeatInterval
    }
}
