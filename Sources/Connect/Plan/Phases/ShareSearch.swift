/// Looks for stages that instances can share: those between the split and the merge that are then put in.
struct ShareSearch {
    enum Result {
        case shared([PlannedStage], reason: String)
        case none(ShareObstacle)
    }

    private let declaration: PlanDeclaration
    private let stages: [PlannedStage]
    private let target: Placement
    private let root: Placement?

    init(_ declaration: PlanDeclaration, target: Placement, root: Placement?) {
        self.declaration = declaration
        stages = declaration.stages
        self.target = target
        self.root = root
    }

    func result() -> Result {
        let meant = stages.indices.filter { stages[$0].isMeantToBeShared }
        guard let first = meant.first else { return crossing() }
        if let obstacle = wholeObstacle() { return .none(noted(obstacle, at: first)) }
        var obstacle: Obstacle?
        for index in meant {
            if let reason = self.obstacle(to: stages[index]) {
                obstacle = obstacle ?? Obstacle(stage: index, reason: reason)
                continue
            }
            let end = reach(from: index)
            for region in regions(index, end) {
                let injected = injecting(region)
                guard let found = mistake(in: injected) else {
                    return .shared(injected, reason: "\(stages[index].mention) \(stages[index].isShared)")
                }
                obstacle = obstacle ?? Obstacle(stage: index, reason: found)
            }
        }
        return .none(noted(obstacle?.reason ?? "", at: obstacle?.stage ?? first))
    }

    private struct Obstacle {
        let stage: Int
        let reason: String
    }

    private func noted(_ reason: String, at index: Int) -> ShareObstacle {
        ShareObstacle(
            reason: "peers cannot share \(stages[index].mention): it \(reason)",
            remark: stages[index].remark(
                .notShared, "\(stages[index].isShared), but peers cannot share it: it \(reason)",
                "Leave it if one member is enough; else mend that, or put .split() and .mergeOrdered() where they fit.")
        )
    }

    // MARK: Which stages

    /// Nothing is to be shared; elements cross all the same where root and sink were said to be on different members.
    private func crossing() -> Result {
        let nothing = ShareObstacle(reason: "no stage has .par or .on(.all)")
        guard let root, let place = stages.last?.settings.placement, root != place, wholeObstacle() == nil else {
            return .none(nothing)
        }
        let begin = stages.indices.first { !stages[$0].isOfRoot && stages[$0].settings.placement ?? root != root }
        let cut = begin ?? stages.count - 1
        let injected = injecting(cut..<cut)
        guard let found = mistake(in: injected) else {
            return .shared(injected, reason: "\(stages[cut].mention) is on \(place.members)")
        }
        return .none(
            ShareObstacle(
                reason: "nothing can cross to \(stages[cut].mention): it \(found)",
                remark: stages[cut].remark(
                    .notShared, "is on another member than the source, but nothing can cross to it: it \(found)",
                    "Say .on of one member for all stages, or mend that.")))
    }

    /// Behind which stage the region from a stage on may end at the latest that is meant to be shared.
    private func reach(from begin: Int) -> (last: Int, most: Int) {
        var (last, most) = (begin + 1, begin + 1)
        while stages[most - 1].settings.limit == nil, stages[most - 1].settings.throttle == nil {
            let stage = stages[most]
            guard obstacle(to: stage) == nil, stage.isMeantToBeShared || stage.isStateless else { break }
            most += 1
            if stage.isMeantToBeShared { last = most }
        }
        return (last, most)
    }

    /// The regions to try: what was meant, and then what may be on more instances than one where that helps to get bytes.
    private func regions(_ begin: Int, _ end: (last: Int, most: Int)) -> [Range<Int>] {
        var least = begin
        while least > 1, stages[least - 1].isStateless, obstacle(to: stages[least - 1]) == nil,
            stages[least - 1].settings.limit == nil, stages[least - 1].settings.throttle == nil
        {
            least -= 1
        }
        var ranges = [begin..<end.last]
        ranges += ((end.last + 1)..<max(end.last + 1, end.most + 1)).map { begin..<$0 }
        ranges += stride(from: begin - 1, through: least, by: -1).flatMap { start in
            (end.last...end.most).map { start..<$0 }
        }
        return ranges
    }

    // MARK: What is in the way

    /// What keeps the pipeline as a whole from being cut.
    private func wholeObstacle() -> String? {
        guard let sink = stages.last?.sink else { return nil }
        if sink.isExactlyOnce { return "would be merged into a sink that keeps the positions of its source" }
        if stages.contains(where: \.isDurable) { return "would be in one pipeline with a durable fold" }
        return nil
    }

    /// Why a stage cannot be shared, as the rest of a sentence that begins with it.
    private func obstacle(to stage: PlannedStage) -> String? {
        if stage.settings.placement.map({ $0.isSingle }) == true { return "was said to be on one member" }
        if case .key = stage.settings.order.kind, stage.par > 1 {
            return "keeps the order per key, which only a split by that key would keep"
        }
        if case .deadLetter = stage.settings.policy?.outcome {
            return "has dead letters, which every member would write for itself"
        }
        switch stage.operation {
        case .elementwise(_, let traits, _): return traits.isParallelizable ? nil : "must see all elements in order"
        case .coder, .conversion, .asynchronous: return nil
        case .fold: return "is a fold, of which each member would have its own"
        case .source, .splitter, .network, .sink: return "is no stage that works on elements"
        }
    }

    /// What the plan with a split and a merge would be blamed for, as the rest of a sentence; nil where nothing is.
    private func mistake(in injected: [PlannedStage]) -> String? {
        var changed = declaration
        changed.stages = injected
        let before = CoderPhase.run(NetworkPhase.run(stages), declaration.settings).findings
        let coders = CoderPhase.run(NetworkPhase.run(injected), declaration.settings).findings
        if coders.contains(where: { !before.contains($0) }) { return missing(in: injected) }
        let found = NetworkRule().findings(in: changed) + PeersCheck.findings(in: injected, sink: stages.last?.sink)
        return found.first.map { "would be in one pipeline with \($0.stage.debugDescription), which \($0.found)" }
    }

    private func missing(in injected: [PlannedStage]) -> String {
        let types = injected.indices.compactMap { index -> String? in
            guard index > 0, injected[index].role == .network else { return nil }
            return injected[index - 1].output.flatMap { $0 == ElementType(Bytes.self) ? nil : $0.name }
        }
        let names = types.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let type = names.isEmpty ? "them" : names.joined(separator: " and ")
        return
            "works on elements that cannot cross: no single way through the coders leads from \(type) to Bytes and back"
    }

    // MARK: What is put in

    private func injecting(_ region: Range<Int>) -> [PlannedStage] {
        let isOrdered = !stages[region].contains(where: \.losesOrder)
        let reason =
            region.isEmpty
            ? "\(stages[region.lowerBound].mention) is on another member"
            : stages[region].first(where: \.isMeantToBeShared).map { "\($0.mention) \($0.isShared)" } ?? ""
        var names = StageNames(taken: Set(stages.map(\.name)))
        var split = network(NetworkStage(.split), before: region.lowerBound, reason, &names)
        var merge = network(
            NetworkStage(isOrdered ? .orderedMerge : .merge), before: region.upperBound,
            "\(stages[stages.count - 1].mention) is on \(target.members)", &names)
        split.output = stages[region.lowerBound - 1].output
        merge.output = stages[region.upperBound - 1].output
        var shared = Array(stages[region])
        if let last = shared.indices.last {
            // What counts counts everything, so it moves to where all comes by.
            merge.settings.limit = shared[last].settings.limit
            merge.settings.throttle = shared[last].settings.throttle
            shared[last].settings.limit = nil
            shared[last].settings.throttle = nil
        }
        return stages[..<region.lowerBound] + [split] + shared + [merge] + stages[region.upperBound...]
    }

    private func network(
        _ network: NetworkStage, before index: Int, _ because: String, _ names: inout StageNames
    ) -> PlannedStage {
        PlannedStage(
            number: stages[index].number, declaredNumber: nil, name: names.unique(network.wireKind),
            kind: network.wireKind, operation: .network(network), settings: StageSettings(),
            input: stages[index - 1].output, output: stages[index - 1].output, location: stages[index].location,
            injectedBecause: because)
    }
}

extension PlannedStage {
    /// Why it is meant to be shared, as the rest of a sentence.
    fileprivate var isShared: String { par > 1 ? "has .par(\(par))" : "has .on(\(settings.placement?.written ?? ""))" }

    /// Whether it may run on several instances though nobody asked for it.
    fileprivate var isStateless: Bool {
        switch operation {
        case .elementwise(_, let traits, _): traits.isParallelizable && !traits.hasInstances
        case .coder, .conversion: true
        case .source, .splitter, .fold, .asynchronous, .network, .sink: false
        }
    }
}

extension Placement {
    /// As it is written in Swift.
    fileprivate var written: String {
        switch self {
        case .first, .last, .all, .eachHost: ".\(description)"
        case .node(let address): ".node(\"\(address)\")"
        }
    }
}
