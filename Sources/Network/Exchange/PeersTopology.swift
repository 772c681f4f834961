import Connect

/// Which parts of a pipeline run where: the parts at even places are read or merged on single members, those between a split
/// and its merge are shared. A pipeline that is not cut is one part.
struct PeersTopology: Sendable {
    let parts: [PlannedPart]
    let stages: [NetworkStage]
    /// Where each part runs, by its number.
    let places: [[Int]]
    let own: Int

    /// Places the parts.
    ///
    /// - Parameters:
    ///   - plan: what peers are to run, cut at its network stages
    ///   - peers: all members, and which this one is
    /// - Throws: what keeps the pipeline from being shared
    init(_ plan: Plan, _ peers: Peers) throws(PlanError) {
        parts = try plan.partsForPeers()
        stages = plan.networkStages
        own = peers.ownIndex
        var places: [[Int]] = []
        for (number, part) in parts.enumerated() {
            let placement = part.placement
            let found = placement.places(among: peers.members)
            if found.isEmpty {
                throw plan.mistake(
                    "is to run on \(placement), which is not in the list \(peers.members.listed)",
                    "Name a member as it stands in the list.")
            }
            if number > 0, number.isMultiple(of: 2), found.count > 1 {
                throw plan.mistake(
                    "is merged on \(placement), which is \(found.count) members",
                    "Merge on one: .on(.first), .on(.last) or .on(.node(…)).")
            }
            places.append(found)
        }
        self.places = places
    }

    /// The parts that this member reads or merges.
    var ownParts: [Int] { stride(from: 0, to: parts.count, by: 2).filter { places[$0].contains(own) } }

    /// Whether every member runs all of it by itself, and nobody waits for the others.
    var isEverywhere: Bool { stages.isEmpty && parts[0].placement == .all }

    /// The numbers of the exchanges that are splits.
    var splits: [Int] { Array(stride(from: 0, to: stages.count, by: 2)) }

    /// The members that are needed all the time: they read, or merge.
    var hosts: Set<Int> { Set(stride(from: 0, to: parts.count, by: 2).flatMap { places[$0] }) }

    /// Whether batches come together in the order of their numbers behind a split. That is the order of its elements; behind
    /// one by key it is the order of each key.
    func isOrdered(behind split: Int) -> Bool { isKeyed(split) || stages[split + 1].kind == .orderedMerge }

    /// Whether a split deals elements out by a key.
    func isKeyed(_ split: Int) -> Bool { stages[split].kind == .keyedSplit }
}

extension Placement {
    /// The places in a list.
    func places(among members: [PeerAddress]) -> [Int] {
        switch self {
        case .first: return [0]
        case .last: return [members.count - 1]
        case .all: return Array(members.indices)
        case .eachHost:
            var seen: Set<String> = []
            return members.indices.filter { seen.insert(members[$0].host).inserted }
        case .node(let address):
            return members.indices.filter { members[$0].description == address }
        }
    }
}
