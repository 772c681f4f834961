/// The members of a pipeline that runs, as one of them sees them.
public struct PeersState: Sendable, Hashable {
    /// A member of the list.
    public struct Member: Sendable, Hashable {
        /// Where it is reached.
        public let address: PeerAddress
        /// Whether the member that was asked is connected to it, or is it.
        public let isUp: Bool
    }

    /// The number of the epoch: how often the list has changed, counted from 1.
    public let epoch: UInt64
    /// The place of the member that was asked, from 0.
    public let place: Int
    /// All members, in their order.
    public let members: [Member]

    /// What a member has answered.
    ///
    /// - Throws: ``PeersError`` where it has refused what was wanted
    init(_ answer: ListAnswer) throws(PeersError) {
        if answer.status == .refused { throw PeersError(.changeRefused, answer.sentence) }
        epoch = answer.epoch
        place = Int(answer.place)
        var members: [Member] = []
        for member in answer.members {
            members.append(Member(address: try PeerAddress(member.address), isUp: member.isUp))
        }
        self.members = members
    }
}
