import Logging

/// Builds the stages of one segment, from the last to the first, for one thread.
struct ChainBuilder: Sendable {
    private let stages: [PlannedStage]
    private let segment: PlanSegment
    private let run: RunState
    private let counters: [StageCounters]
    private let tracker: PositionTracker
    private let outputCapacity: Int
    private let transactions: RunTransactions?
    private let late: LateSegment
    /// Whether what the sink has written says exactly where the source stands.
    private let isExact: Bool
    private let logger: Logger
    private let sinkMetrics: ConnectorMetrics?
    private let sinkMemory: Int?

    init(_ materializer: Materializer, _ segment: PlanSegment, _ late: LateSegment, outputCapacity: Int?) {
        stages = materializer.plan.withCoders
        self.segment = segment
        run = materializer.run
        counters = materializer.counters
        tracker = materializer.tracker
        transactions = materializer.transactions
        self.late = late
        isExact = materializer.plan.keepsPlace
        logger = materializer.options.logger
        sinkMetrics = materializer.connectorMetrics(stages.count - 1)
        sinkMemory = materializer.plan.sink?.hasQueue == true ? materializer.plan.clientMemory : nil
        self.outputCapacity = max(1, min(materializer.options.batchCapacity, outputCapacity ?? .max))
    }

    /// The stages of a worker, before the way out of it.
    func parallelPart(before next: AnyObject) throws -> AnyObject {
        var inlet = next
        for (place, index) in segment.parallel.enumerated().reversed() {
            // The limit of the last one must see everything in order: it stands in the serial part.
            if place < segment.parallel.count - 1 { inlet = modified(index, before: inlet) }
            inlet = try stage(index, before: inlet)
        }
        return inlet
    }

    /// The stages that see everything in order, up to the next segment or the sink.
    func serialPart(before makeTail: TailFactory?) throws -> AnyObject {
        var inlet = try end(before: makeTail)
        for index in segment.serial.reversed() where !stages[index].isSink {
            inlet = try stage(index, before: modified(index, before: inlet))
        }
        if let last = segment.parallel.last { inlet = modified(last, before: inlet) }
        return inlet
    }

    /// The stages of the first segment behind the root.
    func rootPart(after rootCount: Int, before next: AnyObject) throws -> AnyObject {
        var inlet = next
        for index in segment.serial.dropFirst(rootCount).reversed() where !stages[index].isSink {
            inlet = try stage(index, before: modified(index, before: inlet))
        }
        return modified(segment.serial[rootCount - 1], before: inlet)
    }

    func rootEnd(before makeTail: TailFactory?) throws -> AnyObject {
        try end(before: makeTail)
    }

    private func end(before makeTail: TailFactory?) throws -> AnyObject {
        if let makeTail { return try makeTail() }
        guard let last = segment.serial.last, case .sink(_, let make) = stages[last].operation else {
            preconditionFailure("the last segment ends in a sink")
        }
        return modified(last, before: try sink(last, make))
    }

    private func sink(_ index: Int, _ make: SinkFactory) throws -> AnyObject {
        let stage = stages[index]
        let context = ChainBuilder.context(
            run, stage, name: stage.name, counters[index], triggers: stage.settings.triggers,
            outputCapacity: outputCapacity, late)()
        do {
            let material = try make(context)
            var sinkContext = context.sinkContext(logger)
            sinkContext.metrics = sinkMetrics
            sinkContext.memory = sinkMemory
            let restored = try material.open(sinkContext)
            if let restored { run.setRestored(bySink: restored) }
            if let transactions { return material.transactionalInlet(transactions) }
            guard let restored else { return material.inlet(nil) }
            return material.inlet(TrackedPositions(tracker: tracker, run: run, restored: restored, isExact: isExact))
        } catch {
            throw PipelineError(
                code: .sinkFailed, stage: stage.name, message: "\(error)", cause: error, declaredAt: stage.location)
        }
    }

    private func stage(_ index: Int, before next: AnyObject) throws -> AnyObject {
        let stage = stages[index]
        let context = ChainBuilder.context(
            run, stage, name: stage.name, counters[index], triggers: stage.settings.triggers,
            outputCapacity: outputCapacity, late)()
        do {
            switch stage.operation {
            case .elementwise(_, _, let make), .coder(_, let make), .fold(_, _, let make),
                .asynchronous(_, _, let make):
                return try make(context, next)
            case .source, .splitter, .conversion, .network, .sink:
                return next
            }
        } catch {
            throw PipelineError(
                code: .stageFailed, stage: stage.name, message: "\(error)", cause: error, declaredAt: stage.location)
        }
    }

    /// The limit and the throttle of a stage, which stand behind it; those of a sink stand before it.
    private func modified(_ index: Int, before next: AnyObject) -> AnyObject {
        let stage = stages[index]
        guard let type = stage.output ?? stage.input else { return next }
        var inlet = next
        if let throttle = stage.settings.throttle { inlet = throttled(type.type, index, throttle, before: inlet) }
        if let limit = stage.settings.limit { inlet = limited(type.type, index, limit, before: inlet) }
        return inlet
    }

    private func limited<Element: Sendable>(
        _ type: Element.Type, _ index: Int, _ limit: Int, before next: AnyObject
    ) -> AnyObject {
        let number = stages[...index].count { $0.settings.limit != nil }
        return Inlet<Element>.limit(
            modifierContext(index), before: inlet(next, of: type), limit, number: number)
    }

    private func throttled<Element: Sendable>(
        _ type: Element.Type, _ index: Int, _ throttle: StageSettings.Throttle, before next: AnyObject
    ) -> AnyObject {
        Inlet<Element>.throttle(
            modifierContext(index), before: inlet(next, of: type), throttle.count, per: throttle.period)
    }

    private func modifierContext(_ index: Int) -> StageContext {
        ChainBuilder.context(
            run, stages[index], name: stages[index].name, StageCounters(), triggers: Triggers(),
            outputCapacity: outputCapacity, late)()
    }

    /// Describes a context; it is made on the thread that uses it.
    static func context(
        _ run: RunState, _ stage: PlannedStage, name: String, _ counters: StageCounters, triggers: Triggers,
        outputCapacity: Int, _ late: LateSegment
    ) -> @Sendable () -> StageContext {
        {
            StageContext(
                run: run, name: name, number: stage.number, policy: stage.settings.policy ?? .fail,
                declaredAt: stage.location, outputCapacity: outputCapacity, counters: counters, triggers: triggers,
                wake: { late.poke() })
        }
    }
}

extension PlannedStage {
    var isSink: Bool {
        if case .sink = operation { return true }
        return false
    }
}

extension StageContext {
    /// What a writer of this stage is told.
    func sinkContext(_ logger: Logger) -> SinkContext {
        SinkContext(
            pipeline: run.pipeline, stage: name, scheduler: run.scheduler, wake: wake, logger: logger,
            exchange: run.exchange)
    }
}
