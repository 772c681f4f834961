import Logging

/// What a member's connections are made with.
struct PeerLinksSettings: Sendable {
    /// All members, and which this one is.
    var peers: Peers
    /// Where this member listens, if that is not the address by which others reach it.
    var listensAt: PeerAddress?
    /// What this member announces.
    var facts: MemberFacts
    /// What protects the connections.
    var security: PeerSecurity
    /// How long what is waited for.
    var timing: PeerTiming
    /// The bounds of what is taken.
    var limits = WireLimits()
    /// How many connections there are at most whose other side has not been accepted.
    var maximumUnaccepted = 64
    /// Decides how long the waits before a member is dialled again are.
    var seed: UInt64
    /// Is told of refusals and losses.
    var logger: Logger

    /// Settings of a member.
    ///
    /// - Parameters:
    ///   - peers: all members, and which this one is
    ///   - planHash: the hash of the plan, the same for all
    ///   - instance: a number that grows with every start of this member
    ///   - security: what protects the connections
    ///   - timing: how long what is waited for
    ///   - seed: decides how long the waits before a member is dialled again are
    ///   - logger: is told of refusals and losses
    init(
        peers: Peers, planHash: String, instance: UInt64, security: PeerSecurity = .loopback,
        timing: PeerTiming = PeerTiming(), seed: UInt64 = .random(in: 0 ... .max), logger: Logger
    ) {
        self.peers = peers
        facts = MemberFacts(
            place: peers.ownIndex, list: peers.members.map(\.description), epoch: 0, instance: instance,
            planHash: planHash)
        self.security = security
        self.timing = timing
        self.seed = seed
        self.logger = logger
    }
}
