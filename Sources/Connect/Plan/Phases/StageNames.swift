/// Gives every stage a name that no other has: the one that was given, the kind of a source or sink, or the kind with
/// the number in the declaration.
struct StageNames {
    private var taken: Set<String>

    static func give(to stages: inout [PlannedStage]) {
        var names = StageNames(taken: Set(stages.compactMap(\.settings.name)))
        for index in stages.indices {
            stages[index].name = stages[index].settings.name ?? names.automatic(for: stages[index])
        }
    }

    /// Names that stages have already.
    init(taken: Set<String>) {
        self.taken = taken
    }

    private mutating func automatic(for stage: PlannedStage) -> String {
        let kind = stage.kind.isEmpty ? stage.role.rawValue : stage.kind
        if stage.role == .source || stage.role == .sink, !taken.contains(kind) {
            taken.insert(kind)
            return kind
        }
        return unique("\(kind)-\(stage.number)")
    }

    /// The name, or where it is taken the name with a further number.
    mutating func unique(_ name: String) -> String {
        var candidate = name
        var count = 1
        while !taken.insert(candidate).inserted {
            count += 1
            candidate = "\(name)-\(count)"
        }
        return candidate
    }
}
