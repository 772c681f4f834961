import CoreMetrics

/// Publishes what is known of a run, under the names that the field uses; belongs to the supervisor's thread.
///
/// Nothing is measured for it on the threads of the stages but bytes, where they cannot be told from counts: it reads
/// what the run counts and keeps anyway.
final class RunMetrics {
    private let scheduler: any Scheduler
    private var stages: [StageMetrics] = []
    private var segments: [SegmentMetrics] = []
    private var progress: ProgressMetrics
    private let plan: Plan
    private let committer: Committer
    private let factory: any MetricsFactory
    private var budget: ByteBudget?
    private let budgetLimit: Gauge?
    private let budgetUse: Gauge?

    /// Metrics of a run that has been built.
    init(plan: Plan, _ materializer: Materializer, _ committer: Committer, _ factory: any MetricsFactory) {
        self.plan = plan
        self.committer = committer
        self.factory = factory
        scheduler = materializer.run.scheduler
        let planned = plan.withCoders
        func labels(_ index: Int) -> [(String, String)] { planned[index].metricLabels(in: plan.pipeline) }

        let root = planned.prefix { $0.isOfRoot }
        for index in planned.indices where planned[index].isCounted {
            // What a splitter makes is what its source gives.
            let input = index == 0 ? root.last?.output : planned[index].input
            let output = index == 0 ? input : planned[index].output ?? planned[index].input
            stages.append(
                StageMetrics(
                    planned[index], materializer.counters[index], labels(index), input: input, output: output, factory))
        }
        progress = ProgressMetrics(
            labels(0), materializer.tracker, committer, materializer.counters[0], scheduler, factory)
        budget = materializer.budget
        let pipeline = [("pipeline", plan.pipeline)]
        budgetLimit = budget.map { _ in Gauge(label: "memory_budget_bytes", dimensions: pipeline, factory: factory) }
        budgetUse = budget.map { _ in Gauge(label: "memory_used_bytes", dimensions: pipeline, factory: factory) }
        segments = RunMetrics.segments(plan, materializer, factory)
    }

    /// Goes on with a further attempt of the run.
    func follow(_ materializer: Materializer) {
        progress = ProgressMetrics(
            plan.withCoders[0].metricLabels(in: plan.pipeline), materializer.tracker, committer,
            materializer.counters[0], scheduler, factory)
        budget = materializer.budget
        segments = RunMetrics.segments(plan, materializer, factory)
    }

    private static func segments(
        _ plan: Plan, _ materializer: Materializer, _ factory: any MetricsFactory
    ) -> [SegmentMetrics] {
        let planned = plan.withCoders
        func labels(_ index: Int) -> [(String, String)] { planned[index].metricLabels(in: plan.pipeline) }

        var segments: [SegmentMetrics] = []
        if let pace = materializer.rootPace {
            segments.append(SegmentMetrics(labels(0), nil, [.init(labels(0), pace, threads: 1)], factory))
        }
        for (segment, built) in zip(plan.segments.dropFirst(), materializer.segments.reversed()) {
            // Of a parallel segment the second pace is that of the stages that see everything in turn.
            let firsts =
                segment.parallel.isEmpty ? [segment.serial.first] : [segment.parallel.first, segment.serial.first]
            var parts: [SegmentMetrics.Part] = []
            for (first, pace) in zip(firsts, built.paces) {
                guard let first else { continue }
                parts.append(.init(labels(first), pace, threads: parts.isEmpty ? segment.workers : 1))
            }
            segments.append(SegmentMetrics(labels(segment.stages[0]), built, parts, factory))
        }
        return segments
    }

    /// Publishes how things stand, and what was added since the last time.
    ///
    /// - Parameter isFinal: whether the run has ended
    func publish(isFinal: Bool = false) {
        let now = scheduler.now
        for index in stages.indices { stages[index].publish() }
        for index in segments.indices { segments[index].publish(at: now, isFinal: isFinal) }
        progress.publish(at: now)
        if let budget {
            budgetLimit?.record(budget.limit)
            budgetUse?.record(budget.bytes)
        }
    }
}

extension PlannedStage {
    /// The kind in the words of metrics.
    var componentKind: String {
        switch operation {
        case .source: "source"
        case .sink: "sink"
        case .network: "network"
        default: "transform"
        }
    }

    /// What all metrics of a stage are labelled with.
    func metricLabels(in pipeline: String) -> [(String, String)] {
        [
            ("pipeline", pipeline), ("component_id", name), ("component_kind", componentKind), ("component_type", kind),
        ]
    }

    /// Whether the stage counts for itself.
    var isCounted: Bool {
        switch operation {
        case .splitter, .conversion, .network: false
        default: true
        }
    }
}
