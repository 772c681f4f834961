/// The members of one epoch.
public struct MemberList: Sendable, Hashable, CustomStringConvertible {
    /// The number of the epoch; a later list has a greater one.
    public let epoch: UInt64
    /// The members in their order; never empty, no address twice.
    public let members: [PeerAddress]

    /// A list of an epoch.
    ///
    /// - Parameters:
    ///   - epoch: its number
    ///   - members: the members in their order
    /// - Throws: ``PeersError`` where the list is empty, too long or has an address twice
    public init(epoch: UInt64, members: [PeerAddress]) throws(PeersError) {
        try Peers.check(members)
        self.init(epoch: epoch, checked: members)
    }

    /// A list whose members were checked before.
    init(epoch: UInt64, checked members: [PeerAddress]) {
        self.epoch = epoch
        self.members = members
    }

    /// `epoch 3: a:1, b:2`
    public var description: String { "epoch \(epoch): \(members.listed)" }
}
