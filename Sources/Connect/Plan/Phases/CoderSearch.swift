/// Finds the cheapest way through coders from one type to another (Dijkstra).
struct CoderSearch {
    enum Outcome {
        /// The one cheapest way.
        case path([CoderEntry])
        /// No way leads there.
        case none
        /// Several ways cost the same; as many of them as are worth showing, and what each costs.
        case ambiguous(shown: [[CoderEntry]], isComplete: Bool, cost: Int)
    }

    /// How many of the equally cheap ways are shown.
    static let shownLimit = 8

    let entries: [CoderEntry]

    /// Coders that cannot differ count once.
    init(_ registry: CoderRegistry) {
        var seen: Set<Signature> = []
        entries = registry.entries.filter { entry in
            guard let identity = entry.identity else { return true }
            return seen.insert(Signature(coder: identity, cost: entry.cost)).inserted
        }
    }

    func path(from start: ElementType, to end: ElementType) -> Outcome {
        let costs = cheapestCosts(from: start)
        guard let cost = costs[end.id] else { return .none }
        var paths: [[CoderEntry]] = []
        collect(from: start, to: end, costs, behind: [], into: &paths)
        if paths.count == 1 { return .path(paths[0]) }
        let isComplete = paths.count <= Self.shownLimit
        return .ambiguous(shown: Array(paths.prefix(Self.shownLimit)), isComplete: isComplete, cost: cost)
    }

    /// What the cheapest way to every type costs that can be reached.
    private func cheapestCosts(from start: ElementType) -> [ObjectIdentifier: Int] {
        var costs = [start.id: 0]
        var open: Set<ObjectIdentifier> = [start.id]
        while let next = open.min(by: { costs[$0, default: 0] < costs[$1, default: 0] }) {
            open.remove(next)
            for entry in entries where entry.input.id == next {
                let cost = sum(costs[next, default: 0], entry)
                if costs[entry.output.id].map({ cost < $0 }) ?? true {
                    costs[entry.output.id] = cost
                    open.insert(entry.output.id)
                }
            }
        }
        return costs
    }

    /// The ways whose every step lies on a cheapest one, from the end back to the start. Costs are positive, so no way
    /// passes a type twice.
    private func collect(
        from start: ElementType, to end: ElementType, _ costs: [ObjectIdentifier: Int], behind: [CoderEntry],
        into paths: inout [[CoderEntry]]
    ) {
        if end == start {
            paths.append(behind)
            return
        }
        for entry in entries where entry.output == end && paths.count <= Self.shownLimit {
            guard let before = costs[entry.input.id], costs[end.id] == sum(before, entry) else { continue }
            collect(from: start, to: entry.input, costs, behind: [entry] + behind, into: &paths)
        }
    }

    private func sum(_ cost: Int, _ entry: CoderEntry) -> Int {
        // So that no sum overflows; a cost like that is as good as any other never to be paid.
        cost + min(max(1, entry.cost), 1 << 32)
    }

    private struct Signature: Hashable {
        let coder: ObjectIdentifier
        let cost: Int
    }
}

extension ElementType {
    fileprivate var id: ObjectIdentifier { ObjectIdentifier(type) }
}
