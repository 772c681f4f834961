/// The second phase of a plan for peers: where the pipeline has no network stages of its own, it puts a split and a merge
/// around the stages that several instances can share, or says which instance runs all of it, and why.
///
/// It looks at the declaration alone, so that all instances come to the same plan.
struct SharingPhase {
    /// The stages, with those that were put in.
    private(set) var stages: [PlannedStage]
    private(set) var sharing: PlanSharing
    /// Why what looks as if it could be shared is not.
    private(set) var remarks: [PlanFinding] = []
    private let declaration: PlanDeclaration

    static func run(_ declaration: PlanDeclaration) -> SharingPhase {
        var phase = SharingPhase(declaration)
        phase.share()
        return phase
    }

    private init(_ declaration: PlanDeclaration) {
        self.declaration = declaration
        stages = declaration.stages
        sharing = PlanSharing(whole: .first, reason: "it has no sink")
    }

    private mutating func share() {
        if stages.contains(where: { $0.role == .network }) {
            sharing = PlanSharing(reason: "it says so itself")
            return
        }
        guard let source = stages.first, source.source != nil, let sink = stages.last, sink.sink != nil else { return }
        // What only a stage between them is on says something where it is one member.
        let said = stages.compactMap(\.settings.placement).first(where: \.isSingle)
        let root = stages.prefix { $0.isOfRoot }.compactMap(\.settings.placement).first
        let usual: Placement = source.source?.isShared == true ? .all : .first
        guard let target = sink.settings.placement ?? usualTarget(of: sink, root) else {
            let place = root ?? said ?? usual
            return runWhole(on: place, unplaced(source, sink, place))
        }
        guard target.isSingle else { return runWhole(on: root ?? usual, crossed(sink, target, root ?? usual)) }
        let search = ShareSearch(declaration, target: target, root: root)
        switch search.result() {
        case .shared(let stages, let reason):
            self.stages = stages
            sharing = PlanSharing(reason: reason)
        case .none(let obstacle):
            let place = sink.settings.placement ?? root.flatMap { $0.isSingle ? $0 : nil } ?? said ?? target
            runWhole(on: place, obstacle)
        }
    }

    /// Where a sink is of which nothing was said.
    private func usualTarget(of sink: PlannedStage, _ said: Placement?) -> Placement? {
        let isEverywhere = said == .all || (said == nil && stages.first?.source?.isShared == true)
        return sink.sink?.isStandardStream == true && !isEverywhere ? .last : nil
    }

    private mutating func runWhole(on place: Placement, _ obstacle: ShareObstacle) {
        sharing = PlanSharing(whole: place, reason: obstacle.reason)
        if let remark = obstacle.remark { remarks.append(remark) }
    }

    /// Nothing says where the sink is.
    private func unplaced(_ source: PlannedStage, _ sink: PlannedStage, _ place: Placement) -> ShareObstacle {
        if source.source?.isShared == true, place == .all {
            return ShareObstacle(reason: "\(source.mention) gives each of them a share")
        }
        if place == .all { return ShareObstacle(reason: "it was declared so") }
        let reason = "nothing says on which member \(sink.mention) is"
        guard stages.contains(where: \.isMeantToBeShared) else { return ShareObstacle(reason: reason) }
        return ShareObstacle(
            reason: reason,
            remark: sink.remark(
                .notShared, "is on no certain member, so peers do not share the stages before it",
                "Say .on(.last), or on which other one, to have what they make merged there."))
    }

    /// The sink is on several members.
    private func crossed(_ sink: PlannedStage, _ target: Placement, _ place: Placement) -> ShareObstacle {
        if target == place { return ShareObstacle(reason: "it was declared so") }
        return ShareObstacle(
            reason: "\(sink.mention) is on several members",
            remark: sink.remark(
                .notShared, "is to run on \(target.members), but what peers share is merged on one of them",
                "Say .on(.last), or on which other one."))
    }
}

/// Why a pipeline is not shared.
struct ShareObstacle {
    /// As a clause.
    var reason: String
    /// What the author should know; nil where nothing was lost.
    var remark: PlanFinding?
}

extension PlannedStage {
    /// Whether the author has said that the stage may be worked on in parallel, or by all instances.
    var isMeantToBeShared: Bool {
        guard !isOfRoot, role != .sink else { return false }
        return par > 1 || settings.placement == .all || settings.placement == .eachHost
    }
}

extension Placement {
    /// Whether it is one instance.
    var isSingle: Bool {
        switch self {
        case .first, .last, .node: true
        case .all, .eachHost: false
        }
    }
}
