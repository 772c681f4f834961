/// Says what transactions change about folds.
enum TransactionNotes {
    static func add(to stages: [PlannedStage]) -> [PlannedStage] {
        guard stages.commitsInTransactions else { return stages }
        var stages = stages
        for index in stages.indices where stages[index].role == .fold {
            stages[index].notes.append(
                "emits before each transaction too, if something changed: none commits what it holds")
        }
        return stages
    }
}
