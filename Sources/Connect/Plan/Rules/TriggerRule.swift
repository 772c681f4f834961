/// Triggers stand on folds and sinks, and can fire.
struct TriggerRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        declaration.stages.flatMap { stage in
            if stage.settings.triggers.isEmpty { return [PlanFinding]() }
            if stage.role == .fold || stage.role == .sink { return values(stage) + bytes(stage) }
            let triggers = stage.settings.triggers.listed.map { ".trigger(\($0.text))" }.joined(separator: " and ")
            return [
                stage.finding(
                    .triggerNotPossible, "has \(triggers), but only folds emit and only sinks flush when triggered",
                    "Move it behind the fold or the sink that it is meant for, or take it away.")
            ]
        }
    }

    private func values(_ stage: PlannedStage) -> [PlanFinding] {
        stage.settings.triggers.listed.filter { !$0.isPositive }.map { trigger in
            stage.finding(
                .triggerInvalid, "has .trigger(\(trigger.text)), which would never fire, or always",
                "A count is at least 1, a period longer than zero.")
        }
    }

    private func bytes(_ stage: PlannedStage) -> [PlanFinding] {
        guard let bytes = stage.settings.triggers.bytes, let input = stage.input else { return [] }
        let types = [
            ElementType(Bytes.self), ElementType(String.self), ElementType(StreamChunk.self),
            ElementType(KeyValue.self),
        ]
        if types.contains(input) { return [] }
        return [
            stage.finding(
                .triggerNotPossible, "has .trigger(bytes: \(bytes)), but nobody knows how many bytes \(input.name) has",
                "It counts \(types.map(\.name).joined(separator: ", ")); use .trigger(each: …) or .trigger(every: …).")
        ]
    }
}

extension Triggers {
    /// A trigger as it was written.
    struct Listed: Sendable {
        var text: String
        var isPositive: Bool
    }

    var listed: [Listed] {
        var listed: [Listed] = []
        if let each { listed.append(Listed(text: "each: \(each)", isPositive: each > 0)) }
        if let every { listed.append(Listed(text: "every: \(every.listed)", isPositive: every > .zero)) }
        if let bytes { listed.append(Listed(text: "bytes: \(bytes)", isPositive: bytes > 0)) }
        return listed
    }
}
