/// What a pipeline will do, before it does it: the stages, what each phase added and why, and what is promised.
///
/// Planning is a pure function of the declaration: it opens nothing. The four listings show the chain as declared, with
/// network stages, with coders, and fused into segments.
///
/// ```swift
/// print(try pipeline.plan())
/// ```
public struct Plan: Sendable {
    /// The pipeline's name.
    public let pipeline: String
    /// What the author should know though it is no mistake.
    public let warnings: [PlanFinding]
    /// The same declaration has the same hash on every machine and in every run: 16 hexadecimal digits.
    public let hash: String

    let declared: [PlannedStage]
    let withNetwork: [PlannedStage]
    let withCoders: [PlannedStage]
    let segments: [PlanSegment]
    let settings: PipelineSettings
    let promise: PlanPromise
    /// How peers share it; nil in a plan that was not asked for peers.
    var sharing: PlanSharing?

    /// What is promised for each element.
    public var guarantee: DeliveryGuarantee { promise.delivery.guarantee }
    /// What order the elements keep.
    public var order: OrderGuarantee { promise.order.guarantee }

    /// Whether nothing can be committed before the end: a sink confirms, or a fold emits, only then.
    var commitsOnlyAtEnd: Bool {
        if commitsInTransactions { return false }
        return withCoders.contains { stage in
            let isUntriggered = stage.settings.triggers.isEmpty
            guard let sink = stage.sink else { return stage.role == .fold && isUntriggered }
            return sink.confirmation == .close || (sink.confirmation == .flush && isUntriggered)
        }
    }

    /// Whether the sink commits the positions of the source, in the transactions of its output.
    var commitsInTransactions: Bool { withCoders.commitsInTransactions }

    /// How long the source waits from one transaction to the next; nil where the sink does not write in transactions.
    func transactionInterval(otherwise usual: Duration) -> Duration? {
        commitsInTransactions ? withCoders.last?.settings.triggers.every ?? usual : nil
    }

    /// Refuses stages that one process alone cannot run.
    ///
    /// - Throws: a finding for each network stage
    public func requireSingleProcess() throws(PlanError) {
        let findings = withNetwork.filter { $0.role == .network }.map { stage in
            stage.finding(
                .networkStage, "is a network stage (\(stage.kind)), which one process alone cannot run",
                "Run the pipeline with a list of peers, or take the stage away.")
        }
        guard findings.isEmpty else { throw PlanError(pipeline: pipeline, findings: findings) }
    }
}
