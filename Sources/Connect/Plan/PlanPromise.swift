/// What a plan promises, and which stages are to blame that it is not more. There is one path, from the source to the
/// sink.
struct PlanPromise: Sendable {
    /// How often each element takes effect.
    struct Delivery: Sendable {
        var guarantee: DeliveryGuarantee
        /// The weakest stage; nil where there is none to blame.
        var stage: PlannedStage?
        /// What the stage does, as the rest of a sentence.
        var reason: String
    }

    /// In which order elements come out.
    struct Order: Sendable {
        var guarantee: OrderGuarantee
        /// The stage that gives more order up.
        var stage: PlannedStage?
        var reason: String
    }

    /// Whether the state of a fold survives a restart.
    struct FoldState: Sendable {
        var stage: String
        var isDurable: Bool
        /// Whether it goes back to the last transaction where one is aborted.
        var rollsBack: Bool
    }

    /// The path that elements take which a stage could not process.
    struct DeadLetters: Sendable {
        var stage: String
        var sink: String
        var guarantee: DeliveryGuarantee
    }

    let delivery: Delivery
    let order: Order
    let states: [FoldState]
    let deadLetters: [DeadLetters]

    init(of stages: [PlannedStage]) {
        delivery = Self.delivery(of: stages)
        order = Self.order(of: stages)
        // Their sinks keep no positions, so they may be written again.
        let guarantee = min(delivery.guarantee, .atLeastOnce)
        deadLetters = stages.compactMap { stage in
            guard case .deadLetter(let sink) = stage.settings.policy?.outcome else { return nil }
            return DeadLetters(stage: stage.name, sink: sink.kind, guarantee: guarantee)
        }
        states = stages.filter { $0.role == .fold }.map {
            FoldState(stage: $0.name, isDurable: $0.isDurable, rollsBack: stages.commitsInTransactions)
        }
    }

    private static func delivery(of stages: [PlannedStage]) -> Delivery {
        guard let source = stages.first, let resumption = source.source?.resumption, let last = stages.last,
            let sink = last.sink
        else { return Delivery(guarantee: .atMostOnce, reason: "there is no way from a source to a sink") }
        if resumption == .none {
            return Delivery(
                guarantee: .atMostOnce, stage: source,
                reason: "cannot go on where it stopped, so what is under way at a crash is lost")
        }
        if sink.transactionDomain != nil { return transactional(stages, source, last) }
        if !sink.isExactlyOnce {
            return atLeastOnce(
                last, "keeps no positions beside its output, so after a crash it may write some elements again")
        }
        if resumption == .source {
            return atLeastOnce(source, "keeps its positions itself, apart from the output of the sink")
        }
        if let loose = stages.first(where: \.losesOrder) {
            return atLeastOnce(
                loose, "lets elements overtake each other, so a position does not say what the sink has")
        }
        if let fold = stages.first(where: { $0.role == .fold }) {
            return atLeastOnce(fold, "emits what it made of many elements, which after a restart need not be the same")
        }
        return Delivery(
            guarantee: .exactlyOnce,
            reason: "the sink \"\(last.name)\" keeps the positions of the source \"\(source.name)\" beside its output")
    }

    /// Everything that is written since a transaction, and the position behind what it was made of, are committed at once.
    private static func transactional(
        _ stages: [PlannedStage], _ source: PlannedStage, _ sink: PlannedStage
    ) -> Delivery {
        guard stages.commitsInTransactions else {
            return atLeastOnce(source, "keeps its positions apart from the transactions of the sink")
        }
        let loose = stages.firstIndex(where: \.losesOrder)
        if let loose, stages[loose...].contains(where: { $0.settings.limit != nil }) {
            return atLeastOnce(
                stages[loose], "lets elements overtake each other before a limit, which no position can tell")
        }
        return Delivery(
            guarantee: .exactlyOnce,
            reason: "the sink \"\(sink.name)\" commits the positions of the source \"\(source.name)\" in the "
                + "transaction of its output")
    }

    private static func atLeastOnce(_ stage: PlannedStage, _ reason: String) -> Delivery {
        Delivery(guarantee: .atLeastOnce, stage: stage, reason: reason)
    }

    private static func order(of stages: [PlannedStage]) -> Order {
        let loose = stages.filter(\.losesOrder)
        let unordered = loose.first { stage in
            if case .unordered = stage.settings.order.kind { return true }
            return false
        }
        if let unordered {
            return Order(guarantee: .none, stage: unordered, reason: "lets elements overtake each other")
        }
        let splits = stages.filter { $0.role == .network && !$0.isMerge }
        if let keyed = splits.last(where: \.isKeyedSplit), splits.allSatisfy(\.isKeyedSplit),
            stages.contains(where: \.isMerge)
        {
            return Order(
                guarantee: .perKey, stage: keyed, reason: "deals elements with different keys out to several instances")
        }
        if let loosening = stages.last(where: { $0.role == .network }), !loosening.restoresOrder {
            return Order(
                guarantee: .none, stage: loosening,
                reason: loosening.isMerge
                    ? "brings elements together as they come" : "deals elements out to several instances")
        }
        if let keyed = loose.first {
            return Order(
                guarantee: .perKey, stage: keyed, reason: "lets elements with different keys overtake each other")
        }
        return Order(guarantee: .total, reason: "that of a run without parallelism")
    }
}

extension [PlannedStage] {
    /// Whether the sink commits the positions of the source, in the transactions of its output.
    var commitsInTransactions: Bool {
        guard let domain = last?.sink?.transactionDomain else { return false }
        return first?.source?.transactionDomain == domain && first?.source?.resumption == .source
    }
}

/// What order the elements keep from the source to the sink.
public enum OrderGuarantee: Sendable, Hashable, CustomStringConvertible {
    /// That of a sequential run.
    case total
    /// That of a sequential run among elements with equal keys.
    case perKey
    /// None.
    case none

    /// `total`, `per key` or `none`
    public var description: String {
        switch self {
        case .total: "total"
        case .perKey: "per key"
        case .none: "none"
        }
    }
}
