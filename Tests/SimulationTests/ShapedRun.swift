@testable import Connect
import ConnectTesting
import Synchronization

struct Thrown: Error {}

/// Builds the pipeline of a shape and runs it.
struct ShapedRun: Sendable {
    var shape: Shape
    let scheduler: any Scheduler
    let timeline = Timeline()
    let attempts = Attempts()

    /// Which items were tried already.
    final class Attempts: Sendable {
        private let tried = Mutex<[Int: Int]>([:])

        /// - Returns: whether this is one of the first two tries
        func fails(_ key: Int) -> Bool {
            tried.withLock { tried in
                let count = tried[key, default: 0] + 1
                tried[key] = count == 3 ? 0 : count
                return count < 3
            }
        }
    }

    /// Runs with a sink that keeps positions, until the run ends or is aborted.
    ///
    /// - Returns: why the run failed
    func run(into sink: TransactionalSink<Item>, abortAfter: Duration?) throws -> PipelineError? {
        let source = source(nil)
        let letters = RecordingSink<DeadLetter>()
        var options = RunOptions.quiet(on: scheduler)
        options.checkpointEvery = shape.checkpointEvery
        options.batchCapacity = shape.batchCapacity
        options.shutdownTimeout = .seconds(3600)
        let run = try PipelineRun(modified(chain(Pipeline("random").root(source), letters).to(sink)), options)
        disturb(run, abortAfter: abortAfter)
        do {
            _ = try run.wait()
            return nil
        } catch let error {
            return error
        }
    }

    /// Runs from and into a log that commits in transactions, until the run ends or is aborted.
    ///
    /// - Returns: why the run failed
    func run(
        on log: TransactionLog<Item, Item>, letters: RecordingSink<DeadLetter>, abortAfter: Duration?
    ) throws -> PipelineError? {
        var random = SplitMix(seed: shape.seed &+ 17)
        let source = log.source(
            batch: 1 + random.below(12), pause: .microseconds(shape.waits ? random.below(400) : 0),
            hasDuties: shape.hasDuties)
        let sink = log.sink(
            window: shape.sink.window, writeTime: shape.sink.writeTime,
            storeTime: .microseconds(random.oneIn(2) ? random.below(500) : 0))
        var calm = self
        // What counts at such a sink, or makes it flush, is refused.
        calm.shape.sink.each = nil
        var options = RunOptions.quiet(on: scheduler)
        options.checkpointEvery = shape.checkpointEvery
        options.batchCapacity = shape.batchCapacity
        options.shutdownTimeout = .seconds(3600)
        let pipeline = calm.modified(chain(Pipeline("random").root(source), letters).to(sink))
        let run = try PipelineRun(pipeline, options)
        disturb(run, abortAfter: abortAfter)
        do {
            _ = try run.wait()
            return nil
        } catch let error {
            return error
        }
    }

    func run() throws -> Trace {
        let commits = CommitLog(
            delay: shape.commitDelay, onCommit: { [timeline] in timeline.add(.commit($0)) },
            onEnd: { [timeline] in timeline.add(.ended($0)) })
        let store = RecordingCheckpointStore { [timeline] checkpoint in
            timeline.add(.commit(checkpoint.positions.values.flatMap { $0 }))
        }
        commits.failNext(shape.usesStore ? 0 : shape.failingCommits)
        store.failNext(shape.usesStore ? shape.failingCommits : 0)
        let source = source(shape.usesStore ? nil : commits)
        let sink = sink()
        let letters = RecordingSink<DeadLetter>(
            confirmation: shape.sink.confirmation == .write ? .acknowledgement : .flush,
            confirmations: .shuffled(upTo: .microseconds(100), seed: shape.seed),
            onEvent: { [timeline] in if case .confirmed(let range) = $0 { timeline.add(.buried(range)) } })
        var options = RunOptions.quiet(on: scheduler, checkpoints: store)
        options.checkpointEvery = shape.checkpointEvery
        options.shutdownTimeout = .seconds(3600)
        options.batchCapacity = shape.batchCapacity
        var error: PipelineError?
        let run = try PipelineRun(pipeline(source, sink, letters), options)
        disturb(run, abortAfter: shape.abortAfter)
        do {
            _ = try run.wait()
        } catch let found {
            error = found
        }
        // The reader is closed behind the end of the run.
        let patience = scheduler.now.advanced(by: .seconds(10))
        while source.log.closes < source.log.starts.count, scheduler.now < patience {
            scheduler.sleep(for: .milliseconds(1))
        }
        return Trace(
            given: source.log.given, outputs: sink.elements, letters: letters.elements, events: timeline.events,
            error: error, sourceCloses: source.log.closes, sourceStarts: source.log.starts.count,
            sinkEvents: sink.log.entries.map(\.event))
    }

    private func disturb(_ run: PipelineRun, abortAfter: Duration?) {
        if let stopAfter = shape.stopAfter {
            scheduler.spawn(name: "stopper") { [scheduler] in
                scheduler.sleep(for: stopAfter)
                run.stop()
            }
        }
        if let abortAfter {
            scheduler.spawn(name: "aborter") { [scheduler] in
                scheduler.sleep(for: abortAfter)
                run.abort()
            }
        }
    }

    // MARK: the ends

    private func source(_ commits: CommitLog?) -> ScriptedSource<Item> {
        ScriptedSource(
            script(), hasDuties: shape.hasDuties, acknowledgesElements: shape.acknowledgesElements, commits: commits,
            onRevoke: { [timeline] in timeline.add(.revoked($0.partition, isDrained: $0.isDrained, given: $0.given)) })
    }

    /// Elements in short runs of the partitions, with gaps, waits and at most one revocation.
    private func script() -> [ScriptedSource<Item>.Step] {
        var random = SplitMix(seed: shape.seed &+ 99)
        var offsets = [Int64](repeating: 0, count: shape.partitions)
        var steps: [ScriptedSource<Item>.Step] = []
        var next = 0
        var revocation = shape.revokes ? random.below(shape.count + 1) : -1
        let revoked = random.below(shape.partitions)
        var mayUseRevoked = true
        let returns = random.oneIn(3)
        while next < shape.count {
            if revocation >= 0, next >= revocation {
                steps.append(.revoke("p\(revoked)", timeout: shape.revokeTimeout))
                revocation = -1
                mayUseRevoked = returns
            }
            var partition = random.below(shape.partitions)
            if partition == revoked, !mayUseRevoked {
                if shape.partitions == 1 { break }
                partition = (partition + 1) % shape.partitions
            }
            if random.oneIn(5) { offsets[partition] += 3 }
            let length = min(shape.count - next, 1 + random.below(12))
            let items = (next..<(next + length)).map { Item(value: mix($0), covers: [Int32($0)]) }
            steps.append(.elements(items, partition: "p\(partition)", from: offsets[partition]))
            offsets[partition] += Int64(length)
            next += length
            if shape.waits, random.oneIn(6) { steps.append(.wait(.microseconds(1 + random.below(400)))) }
            if shape.waits, random.oneIn(10) { steps.append(.idle) }
        }
        return steps
    }

    private func sink() -> RecordingSink<Item> {
        var behaviour = RecordingSink<Item>.Behaviour()
        behaviour.failingWrite = shape.sink.failingWrite
        behaviour.failingFlush = shape.sink.failingFlush
        behaviour.writeTime = shape.sink.writeTime
        behaviour.flushTime = shape.sink.flushTime
        var confirmations = RecordingSink<Item>.Confirmations.atOnce
        if shape.sink.delay > .zero {
            confirmations =
                shape.sink.isShuffled
                ? .shuffled(upTo: shape.sink.delay, seed: shape.seed) : .later(upTo: shape.sink.delay, seed: shape.seed)
        }
        return RecordingSink(
            confirmation: shape.sink.confirmation, window: shape.sink.window, mayBlock: shape.sink.mayBlock,
            confirmations: confirmations, behaviour: behaviour,
            onEvent: { [timeline] in if case .confirmed(let range) = $0 { timeline.add(.confirmed(range)) } })
    }

    // MARK: the stages

    private func pipeline(
        _ source: ScriptedSource<Item>, _ sink: RecordingSink<Item>, _ letters: RecordingSink<DeadLetter>
    ) -> Pipeline {
        modified(chain(Pipeline("random").root(source), letters).to(sink))
    }

    private func chain(_ root: Def<Item>, _ letters: RecordingSink<DeadLetter>) -> Def<Item> {
        var chain = root
        for index in shape.stages.indices { chain = appending(index, to: chain, letters) }
        return chain
    }

    private func modified(_ pipeline: Pipeline) -> Pipeline {
        var pipeline = pipeline
        if let each = shape.sink.each { pipeline = pipeline.trigger(each: each) }
        if let every = shape.sink.every { pipeline = pipeline.trigger(every: every) }
        if let limit = shape.sink.limit { pipeline = pipeline.limit(limit) }
        if let buffer = shape.sink.buffer { pipeline = pipeline.buffer(buffer) }
        return pipeline
    }

    private func appending(
        _ index: Int, to chain: Def<Item>, _ letters: RecordingSink<DeadLetter>
    ) -> Def<Item> {
        let stage = shape.stages[index]
        var def = working(index, after: chain)
        if stage.par > 1 { def = def.par(stage.par, order: order(stage.order)) }
        if let buffer = stage.buffer { def = def.buffer(buffer) }
        if let limit = stage.limit { def = def.limit(limit) }
        if let throttle = stage.throttle { def = def.throttle(throttle, per: .microseconds(100)) }
        switch stage.trouble?.policy {
        case nil, .fail: return def
        case .skip: return def.onError(.skip)
        case .deadLetter: return def.onError(.deadLetter(letters))
        case .retrySucceeds: return def.onError(.retry(max: 2, backoff: .microseconds(10)))
        case .retryThenSkip: return def.onError(.retry(max: 1, backoff: .microseconds(10), otherwise: .skip))
        }
    }

    private func order(_ order: Shape.Order) -> OrderScope {
        switch order {
        case .total: .total
        case .unordered: .unordered
        case .key:
            // Not `.key(_:)`: hash values differ from process to process, and a seed must mean the same in all.
            OrderScope(
                kind: .key(
                    KeySelector(
                        element: ElementType(Item.self),
                        lanes: KeyLanes<Item> { mix(Judge.key(of: $0)) })))
        }
    }

    private func working(_ index: Int, after chain: Def<Item>) -> Def<Item> {
        let (shape, scheduler) = (shape, scheduler)
        let check = check(index)
        switch shape.stages[index].work {
        case .map:
            return chain.map { item in
                try check(item)
                return shape.outputs(of: index, item)[0]
            }
        case .filter:
            return chain.filter { item in
                try check(item)
                return !shape.outputs(of: index, item).isEmpty
            }
        case .flatMap:
            return chain.flatMap { (item: Item, emit: Emitter<Item>) in
                let end = shape.throwsAfter(index, item)
                if end == nil || end == 0 { try check(item) }
                for (number, output) in shape.outputs(of: index, item).enumerated() {
                    if number == end { throw Thrown() }
                    if shape.isSlow(index, output) { scheduler.sleep(for: .microseconds(20)) }
                    try emit(output)
                }
                if end != nil { throw Thrown() }
            }
        case .fold(let each, let every, let isResetting):
            var fold = chain.fold(into: Item(value: 0, covers: []), resetting: isResetting) { state, item in
                try check(item)
                shape.take(item, into: &state, of: index)
            }
            if let each { fold = fold.trigger(each: each) }
            if let every { fold = fold.trigger(every: every) }
            return fold
        }
    }

    /// Throws where the shape says so, and takes its time.
    private func check(_ index: Int) -> @Sendable (Item) throws -> Void {
        let (shape, scheduler, attempts) = (shape, scheduler, attempts)
        let retries = shape.stages[index].trouble?.policy == .retrySucceeds
        return { item in
            if shape.isSlow(index, item) { scheduler.sleep(for: .microseconds(200)) }
            if retries, shape.stages[index].trouble?.hits(item) == true, attempts.fails(item.value) { throw Thrown() }
            if shape.throwsAfter(index, item) != nil { throw Thrown() }
        }
    }
}
