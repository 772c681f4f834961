/// Holds what another member announces against what this one knows.
///
/// What is wrong by itself comes first, then what differs, from the coarse to the fine: a sentence that sends people to
/// the right place is worth more than a complete list.
struct FactsComparison: Sendable {
    let own: MemberFacts
    let other: MemberFacts
    /// The place that was dialled; nil on the other side.
    let expected: Int?
    /// The newest instance known of the other's place.
    let newest: UInt64?

    /// The first thing that is wrong; nil where the two belong together.
    var refusal: Refusal? {
        planRefusal ?? epochRefusal ?? listRefusal ?? placeRefusal ?? ageRefusal ?? dialRefusal
    }

    private func refusal(_ reason: Refusal.Reason, _ sentence: String) -> Refusal {
        Refusal(reason: reason, sentence: sentence)
    }

    private var planRefusal: Refusal? {
        guard own.planHash != other.planHash else { return nil }
        return refusal(
            .planDiffers,
            "the plans differ: \(own.name) runs \(own.planHash), \(other.name) runs \(other.planHash); start the same "
                + "program with the same pipeline everywhere")
    }

    private var listRefusal: Refusal? {
        // Whoever has the mistake in his own list, both say so.
        for facts in [other, own] {
            if let double = Self.duplicate(in: facts.list) {
                return refusal(
                    .duplicateAddress,
                    "\(double) is twice in the list of \(facts.name): every member needs an address of its own")
            }
            guard facts.list.contains(facts.address) else {
                return refusal(
                    .selfMissing,
                    "the list of \(facts.name) has \(facts.list.count) members, but not its own address: add it, in the "
                        + "same place for all members")
            }
        }
        guard own.list != other.list else { return nil }
        // Whoever has just started may know of a change that is still to come to the others, or has come to them.
        let isJoining = (own.epoch == 0) != (other.epoch == 0)
        if let address = other.list.first(where: { !own.list.contains($0) }) {
            return refusal(
                isJoining ? .otherList : .listDiffers,
                "the lists differ: \(address) is in that of \(other.name), but not in that of \(own.name); give the same "
                    + "list to all members")
        }
        if let address = own.list.first(where: { !other.list.contains($0) }) {
            return refusal(
                isJoining ? .otherList : .listDiffers,
                "the lists differ: \(address) is in that of \(own.name), but not in that of \(other.name); give the same "
                    + "list to all members")
        }
        let place = zip(own.list, other.list).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
        return refusal(
            isJoining ? .otherList : .listOrderDiffers,
            "the lists have another order: place \(place) is \(own.list[place]) for \(own.name) and "
                + "\(other.list[place]) for \(other.name); give the list in the same order to all members")
    }

    private var placeRefusal: Refusal? {
        guard other.list.indices.contains(other.place), other.list[other.place] == other.address else {
            return refusal(
                .wrongPlace,
                "\(other.address) calls itself member \(other.place), which is another one in its list: give it the place "
                    + "of its address")
        }
        guard other.place != own.place else {
            return refusal(
                .duplicatePlace,
                "two instances call themselves \(own.name); each needs an address of its own in the list")
        }
        guard let expected, expected != other.place else { return nil }
        return refusal(
            .wrongPlace,
            "\(other.name) answers at the address of member \(expected) (\(address(of: expected))): see which instance "
                + "listens there")
    }

    /// Of two members one dials: both would make a connection, and each would end that of the other.
    private var dialRefusal: Refusal? {
        guard expected == nil, other.place > own.place else { return nil }
        return refusal(
            .protocolError,
            "\(other.name) has dialled \(own.name), which has the lower place: the member with the lower place dials")
    }

    private func address(of place: Int) -> String {
        own.list.indices.contains(place) ? own.list[place] : "unknown"
    }

    private var ageRefusal: Refusal? {
        if let newest, other.instance < newest {
            return refusal(
                .oldInstance,
                "instance \(other.instance) of \(other.name) is over: instance \(newest) has taken its place")
        }
        return nil
    }

    /// Lists of different epochs differ for a reason: the epoch is what is wrong.
    private var epochRefusal: Refusal? {
        guard own.epoch != other.epoch, own.epoch != 0, other.epoch != 0 else { return nil }
        let (older, newer) = own.epoch < other.epoch ? (own, other) : (other, own)
        return Refusal(
            reason: .oldEpoch,
            sentence: "epoch \(older.epoch) of \(older.name) is over: \(newer.name) is in epoch \(newer.epoch)",
            epoch: newer.epoch)
    }

    private static func duplicate(in list: [String]) -> String? {
        var seen: Set<String> = []
        return list.first { !seen.insert($0).inserted }
    }
}
