/// What a member announces of itself; all members of an epoch agree in all but the place, the address and the instance.
@_spi(Fuzzing)
public struct MemberFacts: Sendable, Hashable {
    /// The place in the list, from 0.
    var place: Int
    /// The members' addresses (`host:port`), in the order that all agree on.
    var list: [String]
    /// The own address as it stands in the list.
    var address: String
    /// The epoch the member is in; 0 where it has just started and takes any.
    var epoch: UInt64
    /// Grows with every start of this member, so that one that was thought dead is known from its successor.
    var instance: UInt64
    /// The hash of the plan, which is the same for the same declaration on every machine.
    var planHash: String

    /// What a member announces.
    ///
    /// - Parameters:
    ///   - place: its place in the list, from 0
    ///   - list: all members' addresses
    ///   - epoch: the epoch it is in; 0 for any
    ///   - instance: a number that grows with every start of this member
    ///   - planHash: the hash of the plan it runs
    public init(place: Int, list: [String], epoch: UInt64, instance: UInt64, planHash: String) {
        self.place = place
        self.list = list
        address = list.indices.contains(place) ? list[place] : ""
        self.epoch = epoch
        self.instance = instance
        self.planHash = planHash
    }

    /// How the member is called in sentences.
    var name: String { "member \(place) (\(address))" }
}
