/// How the instances of a list of peers share a pipeline.
struct PlanSharing: Sendable {
    /// Which of them run all of it; nil where it is cut into parts.
    var whole: Placement?
    /// Why so, as a clause: what is shared where it is cut, else why it is not.
    var reason: String

    /// What the plan says of it.
    ///
    /// - Parameter parts: the stages of each part, and where it runs
    /// - Returns: a sentence without a full stop
    func text(_ parts: [(stages: [PlannedStage], placement: Placement)]) -> String {
        if let whole {
            let others = whole == .all ? "" : ", the others wait for its end"
            return "the whole runs on \(whole.members)\(others): \(reason)"
        }
        let places = parts.map { part in
            let declared = part.stages.filter { !$0.isInjected && $0.role != .network }
            guard let first = declared.first, let last = declared.last else { return "" }
            let names = declared.count == 1 ? first.mention : "\(first.mention) to \(last.mention)"
            return "\(names) on \(part.placement.members)"
        }
        return places.filter { !$0.isEmpty }.joined(separator: "; ")
    }
}

extension Placement {
    /// In a sentence, behind "on".
    var members: String {
        switch self {
        case .first: "the first member"
        case .last: "the last member"
        case .all: "all members"
        case .eachHost: "the first member of each host"
        case .node(let address): address
        }
    }
}
