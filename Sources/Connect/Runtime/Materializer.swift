import CoreMetrics
import Logging
import Synchronization

/// Builds the threads, channels and chains of a run from its plan, from the sink to the source.
struct Materializer {
    let plan: Plan
    let run: RunState
    let options: RunOptions
    let counters: [StageCounters]
    let tracker: PositionTracker
    let interrupt: Interrupt
    let budget: ByteBudget?
    /// What the source's thread does while it waits for room; nil where its source has no duties.
    private let duties: SourceDuties?
    /// Where metrics go; nil where nobody listens.
    private let metrics: (any MetricsFactory)?
    /// What the sink asks of the run, where it writes in transactions.
    let transactions: RunTransactions?
    /// Whether no attempt of the run came before this one.
    let isFirst: Bool
    private(set) var segments: [any Segment] = []
    private(set) var deadLetterSegments: [any Segment] = []
    /// How busy the source's thread is with the stages behind the source.
    private(set) var rootPace: PassPace?
    private var starts: [() -> Void] = []
    private var deadLetterStarts: [() -> Void] = []

    /// The way into the segment that was built last.
    private struct Entry {
        let makeTail: TailFactory
        let waited: @Sendable () -> Int
        let capacity: Int?
    }

    /// Builds a run, or a further attempt of it.
    ///
    /// - Parameters:
    ///   - plan: what is run
    ///   - run: the state of the attempt
    ///   - options: how it is run
    ///   - counters: those of the attempt before, which go on counting; nil for the first
    ///   - metrics: where metrics go; nil where nobody listens
    ///   - onCommit: told what the sink has committed in a transaction, on its thread
    init(
        plan: Plan, run: RunState, options: RunOptions, counters: [StageCounters]?, metrics: (any MetricsFactory)?,
        onCommit: @escaping @Sendable ([Position]) -> Void
    ) {
        self.plan = plan
        self.run = run
        self.options = options
        self.metrics = metrics
        isFirst = counters == nil
        self.counters = counters ?? plan.withCoders.map { _ in StageCounters(measuresBytes: metrics != nil) }
        transactions = run.transactions.map { RunTransactions(run, $0, onCommit: onCommit) }
        tracker = run.tracker
        interrupt = Interrupt(scheduler: run.scheduler)
        budget = plan.channelMemory.map { ByteBudget(limit: $0, scheduler: run.scheduler) }
        duties = plan.source?.hasDuties == true ? SourceDuties() : nil
    }

    /// Builds everything and starts the threads; sources open when all stages stand.
    mutating func start(root settings: RootSettings) {
        buildDeadLetters()
        var entry: Entry?
        for segment in plan.segments.dropFirst().reversed() { entry = build(segment, before: entry) }
        buildRoot(settings, before: entry)
        for start in deadLetterStarts + starts { start() }
    }

    // MARK: segments

    private mutating func build(_ segment: PlanSegment, before entry: Entry?) -> Entry {
        let first = plan.withCoders[segment.stages[0]]
        guard let input = first.input else { preconditionFailure("only a source has no input") }
        return open(input.type, segment, before: entry)
    }

    private mutating func open<Input: Sendable>(
        _ input: Input.Type, _ segment: PlanSegment, before entry: Entry?
    ) -> Entry {
        if segment.parallel.isEmpty { return buildSerial(input, segment, before: entry) }
        guard let output = plan.withCoders[segment.parallel[segment.parallel.count - 1]].output else {
            preconditionFailure("a parallel stage has an output")
        }
        return buildParallel(input, output.type, segment, before: entry)
    }

    private mutating func buildSerial<Input: Sendable>(
        _ input: Input.Type, _ segment: PlanSegment, before entry: Entry?
    ) -> Entry {
        let channel = makeChannel(input, segment)
        let late = LateSegment()
        let builder = ChainBuilder(self, segment, late, outputCapacity: entry?.capacity)
        var waited: @Sendable () -> Int = { 0 }
        if let entry { waited = entry.waited }
        let serial = SerialSegment<Input>(
            name: name(segment), input: channel, run: run, downstreamWait: waited,
            makeHead: { try builder.serialPart(before: entry?.makeTail) })
        late.set(serial)
        segments.append(serial)
        let run = run
        starts.append { run.spawn(serial.name) { serial.work() } }
        return makeEntry(into: [channel], nil, segment)
    }

    private mutating func buildParallel<Input: Sendable, Output: Sendable>(
        _ input: Input.Type, _ output: Output.Type, _ segment: PlanSegment, before entry: Entry?
    ) -> Entry {
        let late = LateSegment()
        let builder = ChainBuilder(self, segment, late, outputCapacity: entry?.capacity)
        let makeHead: ChainFactory = { try builder.parallelPart(before: $0) }
        let makeTail: TailFactory = { try builder.serialPart(before: entry?.makeTail) }
        var waited: @Sendable () -> Int = { 0 }
        if let entry { waited = entry.waited }
        let run = run
        if segment.order.isTotal {
            let channel = makeChannel(input, segment)
            let ordered = OrderedSegment<Input, Output>(
                name: name(segment), input: channel, workers: segment.workers, run: run, makeHead: makeHead,
                downstreamWait: waited, makeTail: makeTail)
            late.set(ordered)
            segments.append(ordered)
            for worker in 0..<segment.workers { starts.append { run.spawn(ordered.name) { ordered.work(worker) } } }
            let worksInPlace = mayWorkInPlace(segment)
            let duties = duties(before: segment)
            return Entry(
                makeTail: { try ordered.makeInlet(worksInPlace: worksInPlace, duties: duties) },
                waited: { channel.waited.load(ordering: .relaxed) }, capacity: segment.buffer)
        }
        var keys: KeyLanes<Input>?
        if case .key(let selector) = segment.order.kind { keys = selector.lanes as? KeyLanes<Input> }
        let channels = (0..<(keys == nil ? 1 : segment.workers)).map { _ in
            makeChannel(input, segment, holdsAtBarriers: true)
        }
        let orderless = OrderlessSegment<Input, Output>(
            name: name(segment), inputs: channels, workers: segment.workers, run: run, makeHead: makeHead,
            downstreamWait: waited, makeTail: makeTail)
        late.set(orderless)
        segments.append(orderless)
        for worker in 0..<segment.workers { starts.append { run.spawn(orderless.name) { orderless.work(worker) } } }
        return makeEntry(into: channels, keys, segment)
    }

    /// Whether the thread before a segment may do the segment's work: not that of a source with duties of its own, and
    /// nothing that each worker is promised an instance of.
    private func mayWorkInPlace(_ segment: PlanSegment) -> Bool {
        if duties(before: segment) != nil { return false }
        return segment.parallel.allSatisfy { index in
            if case .elementwise(_, let traits, _) = plan.withCoders[index].operation { return !traits.hasInstances }
            return false
        }
    }

    private func makeChannel<Element: Sendable>(
        _ type: Element.Type, _ segment: PlanSegment, holdsAtBarriers: Bool = false
    ) -> Channel<Element> {
        Channel(
            batches: min(segment.buffer ?? .max, max(4, segment.workers + 1)), elements: segment.buffer,
            budget: budget, scheduler: run.scheduler, holdsAtBarriers: holdsAtBarriers,
            duties: duties(before: segment))
    }

    /// What the thread that pushes into a segment has to do beside.
    private func duties(before segment: PlanSegment) -> SourceDuties? {
        segment.number == 2 ? duties : nil
    }

    /// The inlet that leads into channels: a plain one, or one lane per key.
    private func makeEntry<Element: Sendable>(
        into channels: [Channel<Element>], _ keys: KeyLanes<Element>?, _ segment: PlanSegment
    ) -> Entry {
        let waited: @Sendable () -> Int = {
            channels.reduce(0) { $0 + $1.waited.load(ordering: .relaxed) }
        }
        let duties = duties(before: segment)
        let makeTail: TailFactory = {
            if let keys { return KeyScatter(lanes: channels, keys: keys, duties: duties).inlet }
            let channel = channels[0]
            let scratch = BatchSlot<Element>()
            return Inlet<Element>(
                push: { (batch: inout Batch<Element>) throws(Interruption) in
                    try channel.push(&batch, scratch: scratch)
                    batch.clear()
                },
                tick: { duties?.serve(at: $0) ?? .distantFuture },
                flush: { () throws(Interruption) in try channel.pushBarrier() },
                finish: { channel.end() })
        }
        return Entry(makeTail: makeTail, waited: waited, capacity: segment.buffer)
    }

    private func name(_ segment: PlanSegment) -> String {
        plan.withCoders[segment.stages[0]].name
    }

    // MARK: the root

    private mutating func buildRoot(_ settings: RootSettings, before entry: Entry?) {
        let segment = plan.segments[0]
        // The root is the source and the splitters that stand directly behind it.
        var rootCount = 1
        while rootCount < segment.serial.count, plan.withCoders[segment.serial[rootCount]].isSplitter {
            rootCount += 1
        }
        guard let output = plan.withCoders[segment.serial[rootCount - 1]].output else {
            preconditionFailure("a source has an output")
        }
        openRoot(output.type, settings, rootCount, before: entry)
    }

    private mutating func openRoot<Output: Sendable>(
        _ output: Output.Type, _ settings: RootSettings, _ rootCount: Int, before entry: Entry?
    ) {
        let segment = plan.segments[0]
        let builder = ChainBuilder(self, segment, LateSegment(), outputCapacity: entry?.capacity)
        let operations = segment.serial.prefix(rootCount).map { plan.withCoders[$0].operation }
        var settings = settings
        settings.batchCapacity = min(settings.batchCapacity, entry?.capacity ?? .max)
        settings.declaredAt = plan.withCoders[0].location
        settings.metrics = connectorMetrics(0)
        settings.memory = plan.source?.hasQueue == true ? plan.clientMemory : nil
        var waited: @Sendable () -> Int = { 0 }
        if let entry { waited = entry.waited }
        let driver = RootDriver<Output>(
            name: plan.withCoders[0].name, settings: settings, run: run, tracker: tracker, interrupt: interrupt,
            counters: counters[0], budget: budget, duties: duties, paces: segments.flatMap(\.paces),
            downstreamWait: waited,
            makeReader: { try Materializer.reader(operations) },
            makeHead: { next in try builder.rootPart(after: rootCount, before: next) },
            makeTail: { try builder.rootEnd(before: entry?.makeTail) })
        rootPace = driver.pace
        let run = run
        starts.append { run.spawn(driver.name) { driver.work() } }
    }

    /// Where the client of a source or sink publishes what it knows.
    func connectorMetrics(_ index: Int) -> ConnectorMetrics? {
        let labels = plan.withCoders[index].metricLabels(in: plan.pipeline)
        return metrics.map { ConnectorMetrics(labels: labels, factory: $0) }
    }

    private static func reader(_ operations: [StageOperation]) throws -> AnyObject {
        var reader: AnyObject?
        for operation in operations {
            switch operation {
            case .source(_, let make): reader = try make()
            case .splitter(_, let wrap): reader = try reader.map { try wrap($0) }
            default: break
            }
        }
        guard let reader else { preconditionFailure("a root begins with a source") }
        return reader
    }

    // MARK: dead letters

    private mutating func buildDeadLetters() {
        for stage in plan.withCoders {
            guard case .deadLetter(let sink) = stage.settings.policy?.outcome else { continue }
            let channel = Channel<DeadLetter>(batches: 4, elements: nil, budget: budget, scheduler: run.scheduler)
            run.setDeadLetters(channel, forStage: stage.number)
            let late = LateSegment()
            var triggers = Triggers()
            if sink.descriptor.confirmation != .write { triggers.every = .seconds(1) }
            let name = "\(stage.name)-dead-letters"
            let context = ChainBuilder.context(
                run, stage, name: name, StageCounters(), triggers: triggers, outputCapacity: 1, late)
            let logger = options.logger
            let segment = SerialSegment(
                name: name, input: channel, run: run, downstreamWait: { 0 },
                makeHead: { [run] in try Materializer.deadLetterInlet(sink, context(), run, logger) })
            late.set(segment)
            deadLetterSegments.append(segment)
            let run = run
            deadLetterStarts.append { run.spawn(name) { segment.work() } }
        }
    }

    private static func deadLetterInlet(
        _ sink: DeadLetterSink, _ context: StageContext, _ run: RunState, _ logger: Logger
    ) throws -> AnyObject {
        func make<Writer: SinkWriter<DeadLetter>>(_ writer: Writer) throws -> AnyObject {
            var writer = writer
            try writer.open(context.sinkContext(logger))
            let inlet = SinkStage(context, writer: writer, descriptor: sink.descriptor, positions: nil).inlet
            let flush = { () throws(Interruption) in
                try inlet.flush()
                run.noteFlushedDeadLetters(ofStage: context.number)
            }
            return Inlet(push: inlet.push, tick: inlet.tick, flush: flush, finish: inlet.finish)
        }
        return try make(try sink.makeWriter())
    }

    /// Lets the dead letter sinks end, once no stage can write to them any more.
    func endDeadLetters() {
        for segment in deadLetterSegments {
            (segment as? SerialSegment<DeadLetter>)?.input.end()
        }
    }
}

/// A segment that is known only after the chains that wake it have been described.
final class LateSegment: Sendable {
    // Weak, since the segment holds the chains.
    private struct Reference: Sendable {
        weak var segment: (any Segment)?
    }

    private let reference = Mutex(Reference())

    func set(_ segment: any Segment) {
        reference.withLock { $0.segment = segment }
    }

    func poke() {
        let segment = reference.withLock { $0.segment }
        segment?.poke()
    }
}

extension PlannedStage {
    var isSplitter: Bool {
        if case .splitter = operation { return true }
        return false
    }
}
