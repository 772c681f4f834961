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
    /// How long this instance waits at its start for those that read the source or merge. Where none of them answers, it
    /// fails: they may have ended long ago.
    public var startTimeout: Duration
    /// What becomes of the pipeline where an instance is lost that reads the source or merges, and is not just cut off for
    /// less than `peerTimeout`.
    public var whenHostIsLost: HostLoss
    var limits = ExchangeLimits()

    /// What becomes of a pipeline of which an instance is lost that has what nobody else has.
    public enum HostLoss: Sendable, Hashable {
        /// It fails on all instances, by that instance's name.
        case fail
        /// It waits for a new start of that instance, this long at most; then all begin again where the source was
        /// committed. So such an instance may also be stopped by a signal and started again, without an end of the others.
        case wait(atMost: Duration)
    }

    /// How long a member that reads or merges may be away.
    var patience: Duration {
        switch whenHostIsLost {
        case .fail: peerTimeout
        case .wait(let most): max(most, peerTimeout)
        }
    }

    /// The usual way to speak.
    ///
    /// - Parameters:
    ///   - security: what protects the connections
    ///   - listensAt: where this instance listens; nil for its address in the list
    ///   - peerTimeout: after how long a silence another instance is taken for lost
    ///   - heartbeatInterval: after how long a silence of its own an instance gives a sign of life
    ///   - startTimeout: how long those that read the source or merge are waited for at the start
    ///   - whenHostIsLost: what becomes of the pipeline where one of those is lost
    public init(
        security: PeerSecurity = .loopback, listensAt: PeerAddress? = nil, peerTimeout: Duration = .seconds(10),
        heartbeatInterval: Duration = .seconds(1), startTimeout: Duration = .seconds(60),
        whenHostIsLost: HostLoss = .fail
    ) {
        self.security = security
        self.listensAt = listensAt
        self.peerTimeout = peerTimeout
        self.heartbeatInterval = heartbeatInterval
        self.startTimeout = startTimeout
        self.whenHostIsLost = whenHostIsLost
    }
}
