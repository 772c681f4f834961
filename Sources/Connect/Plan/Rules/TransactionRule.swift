/// A sink that writes in transactions commits the positions of its source in them, and nothing is kept apart from them.
struct TransactionRule: PlanRule {
    func findings(in declaration: PlanDeclaration) -> [PlanFinding] {
        guard let sink = declaration.stages.last, let domain = sink.sink?.transactionDomain else { return [] }
        return pair(declaration.stages[0], sink, domain) + triggers(sink)
            + declaration.stages.filter(\.isDurable).map { durable($0, sink) }
            + declaration.stages.flatMap { letters($0, sink) }
    }

    private func pair(_ first: PlannedStage, _ sink: PlannedStage, _ domain: String) -> [PlanFinding] {
        guard let source = first.source else { return [] }
        if source.transactionDomain == domain, source.resumption == .source { return [] }
        let other = source.transactionDomain.flatMap { $0 == domain || source.resumption != .source ? nil : $0 }
        let found = other.map { "keeps its positions in \"\($0)\"" } ?? "does not keep its positions there"
        return [
            sink.finding(
                .transactionMismatch,
                "commits the positions of its source in transactions of \"\(domain)\", but \(first.mention) \(found)",
                "Read from a source of \"\(domain)\", or let the sink write without transactions, at least once.")
        ]
    }

    /// What a trigger counts at the sink would say too late where the source was.
    private func triggers(_ sink: PlannedStage) -> [PlanFinding] {
        var counted = sink.settings.triggers
        counted.every = nil
        return counted.listed.map { trigger in
            sink.finding(
                .triggerNotPossible,
                "has .trigger(\(trigger.text)), but writes in transactions, which the source begins in intervals",
                "Set the interval by .trigger(every: …); without it there is one every checkpointEvery.")
        }
    }

    /// Dead letters must be safe before each transaction, not only in the end.
    private func letters(_ stage: PlannedStage, _ sink: PlannedStage) -> [PlanFinding] {
        guard case .deadLetter(let letters) = stage.settings.policy?.outcome, letters.descriptor.confirmation == .close
        else { return [] }
        return [
            stage.finding(
                .transactionMismatch,
                "has dead letters in \(letters.kind), which makes them safe only at its end, but \(sink.mention) commits in "
                    + "transactions before",
                "Give it a sink for dead letters that confirms by a flush.")
        ]
    }

    private func durable(_ fold: PlannedStage, _ sink: PlannedStage) -> PlanFinding {
        fold.finding(
            .transactionMismatch,
            "is a durable fold, whose state is stored apart from the transactions of \(sink.mention)",
            "Make it a fold: where a transaction is aborted its state goes back, and after a restart it begins anew.")
    }
}
