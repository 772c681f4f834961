/// Gives a sink that holds elements back a trigger, where its source never ends: else they would never be confirmed.
enum TriggerDefaults {
    static let period = Duration.seconds(1)

    static func apply(to stages: [PlannedStage]) -> [PlannedStage] {
        guard let source = stages.first?.source, !source.isBounded else { return stages }
        guard let last = stages.last, let sink = last.sink, sink.confirmation != .write, sink.confirmation != .close
        else { return stages }
        // Transactions come in intervals of their own.
        guard last.settings.triggers.isEmpty, sink.transactionDomain == nil else { return stages }
        var stages = stages
        stages[stages.count - 1].settings.triggers.every = period
        stages[stages.count - 1].notes.append("trigger by default: the source never ends and the sink holds back")
        return stages
    }
}
