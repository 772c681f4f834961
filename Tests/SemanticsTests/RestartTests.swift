import Connect
import ConnectTesting
import Testing

/// What is left for the next run, and what it makes of it.
@Suite struct RestartTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4, 5, 6, 7, 8]

    private enum Cut: CaseIterable {
        case stop
        case crash
    }

    /// Runs a pipeline again and again from the same store: stopped or aborted half-way, then to its end.
    private static func runs(
        seed: UInt64, cuts: [Cut], store: any CheckpointStore, _ make: @escaping @Sendable (SeededScheduler) -> Pipeline
    ) throws {
        var limits = SeededScheduler.Limits()
        limits.threadsMustEnd = false
        var random = SplitMix(seed: seed)
        for (number, cut) in (cuts.map { Optional($0) } + [nil]).enumerated() {
            let time = Duration.microseconds(random.below(4000))
            let options: @Sendable (inout RunOptions) -> Void = {
                $0.checkpoints = store
                $0.checkpointEvery = .microseconds(300)
            }
            try simulate(seed: seed + UInt64(number), limits: limits, options: options, make) { scheduler, run in
                guard let cut else {
                    _ = try run.wait()
                    return
                }
                scheduler.sleep(for: time)
                if cut == .stop {
                    run.stop()
                    _ = try run.wait()
                } else {
                    run.abort()
                    _ = Result { try run.wait() }
                }
            }
        }
    }

    // S-ACK-8
    @Test func `A list goes on from the checkpoint of the run before`() throws {
        let store = MemoryCheckpointStore()
        let sink = CollectSink<Int>()
        let pipeline = Pipeline("list").root(ListSource(0..<100)).map { $0 }.par(2)
        for (limit, offset) in [(30, 30), (50, 80), (50, 100), (50, 100)] {
            try simulate(options: { $0.checkpoints = store }) { _ in pipeline.limit(limit).to(sink) }
            #expect(store.offset(of: "list") == Int64(offset))
        }
        #expect(sink.elements == Array(0..<100))
    }

    // S-ACK-6, S-END-4: a clean stop loses nothing and repeats nothing.
    @Test(arguments: seeds)
    func `After stops the runs together give every element once`(seed: UInt64) throws {
        let sink = RecordingSink<Int>(confirmation: .flush, mayBlock: true)
        try Self.runs(seed: seed, cuts: [.stop, .stop, .stop], store: MemoryCheckpointStore()) { scheduler in
            Pipeline("stops").root(ListSource(0..<600)).flatMap { element in
                scheduler.sleep(for: .microseconds(50))
                return [element * 2, element * 2 + 1]
            }.par(3).to(sink).trigger(each: 20)
        }
        #expect(sink.elements == Array(0..<1200))
    }

    // S-ACK-6
    @Test(arguments: seeds)
    func `After a crash a restart repeats what was not committed, and loses nothing`(seed: UInt64) throws {
        let store = RecordingCheckpointStore()
        let sinks = Shared<[RecordingSink<Int>]>([])
        let starts = Shared<[Int64]>([])
        try Self.runs(seed: seed, cuts: [.crash, .crash, .stop, .crash], store: store) { scheduler in
            starts.change { $0.append(store.checkpoint?.positions.values.first?.first?.offset ?? 0) }
            let sink = RecordingSink<Int>(confirmation: .flush, mayBlock: true)
            sinks.change { $0.append(sink) }
            return Pipeline("crashes").root(ListSource(0..<1000)).filter { element in
                scheduler.sleep(for: .microseconds(50))
                return element % 3 != 0
            }.par(3).map { $0 }.buffer(9).to(sink).trigger(each: 15)
        }
        for (sink, start) in zip(sinks.value, starts.value) {
            // Each run begins exactly where the last commit stands.
            let expected = (Int(start)..<1000).filter { $0 % 3 != 0 }
            #expect(sink.elements == Array(expected.prefix(sink.elements.count)))
        }
        for (sink, next) in zip(sinks.value, starts.value.dropFirst()) {
            // What the next run leaves out had been confirmed.
            let confirmed = zip(sink.elements, sink.log.confirmed).filter(\.1).map(\.0)
            #expect((sink.elements.filter { $0 < next }).allSatisfy { confirmed.contains($0) })
        }
        #expect(starts.value.contains { 0 < $0 && $0 < 1000 }, "no crash hit a run in its middle")
        #expect(sinks.value.contains { $0.elements.last == 998 })
        #expect(store.checkpoint?.positions.values.first?.first?.offset == 1000)
    }

    // S-TRG-2
    @Test(
        "A durable fold holds after stops and crashes what it would hold without them", arguments: seeds, [false, true])
    func keepsDurableState(seed: UInt64, isResetting: Bool) throws {
        for cuts in [[Cut.stop, .stop], [.crash, .crash], [.crash, .stop, .crash]] {
            let sink = RecordingSink<Int>(mayBlock: true)
            try Self.runs(seed: seed, cuts: cuts, store: MemoryCheckpointStore()) { scheduler in
                Pipeline("durable").root(ListSource(1...500)).map { element in
                    scheduler.sleep(for: .microseconds(50))
                    return element
                }.par(2).durableFold(into: 0, resetting: isResetting) { $0 += $1 }.trigger(each: 40).named("sum")
                    .to(sink)
            }
            if !isResetting {
                #expect(sink.elements.last == 500 * 501 / 2)
            } else if cuts == [.stop, .stop] {
                #expect(sink.elements.reduce(0, +) == 500 * 501 / 2)
            } else {
                #expect(sink.elements.reduce(0, +) >= 500 * 501 / 2)
            }
        }
    }

    // S-TRG-2
    @Test func `A fold that is not durable starts anew in every run`() throws {
        let store = MemoryCheckpointStore()
        let sink = CollectSink<Int>()
        for limit in [10, 20] {
            try simulate(options: { $0.checkpoints = store }) { _ in
                Pipeline("anew").root(ListSource(1...30)).limit(limit).fold(into: 0) { $0 += $1 }.trigger(each: 100)
                    .to(sink)
            }
        }
        #expect(sink.elements == [55, 30 * 31 / 2 - 55])
    }

    // S-ACK-8
    @Test func `Stages may be added and run on other numbers of workers, and positions stay`() throws {
        let store = MemoryCheckpointStore()
        let sink = CollectSink<Int>()
        let root = Pipeline("changed").root(ListSource(0..<40))
        let versions: [Def<Int>] = [
            root.limit(10), root.map { $0 }.par(3).limit(10), root.filter { _ in true }.map { $0 }.limit(10), root,
        ]
        for version in versions { try simulate(options: { $0.checkpoints = store }) { _ in version.to(sink) } }
        #expect(sink.elements == Array(0..<40))
    }

    // S-ACK-8: without a name the source is known by its kind and what it reads.
    @Test func `A source that has a name keeps its place under it, wherever it is moved and whatever it is made of`()
        throws
    {
        let store = RecordingCheckpointStore()
        let sink = CollectSink<Int>()
        let list = Pipeline("named").root(ListSource(0..<30)).named("numbers")
        let generator = Pipeline("named").root(GeneratorSource(count: 30) { Int($0) }).named("numbers")
        let pipelines = [
            list.limit(10).to(sink), generator.map { $0 }.par(2).limit(10).to(sink).named("out"), list.to(sink),
        ]
        for (pipeline, offset) in zip(pipelines, [10, 20, 30]) {
            try simulate(options: { $0.checkpoints = store }) { _ in pipeline }
            #expect(store.checkpoint?.positions.mapValues { $0.map(\.offset) } == ["numbers": [Int64(offset)]])
        }
        #expect(sink.elements == Array(0..<30))
        let renamed = list.named("others").to(sink)
        let error = #expect(throws: PipelineError.self) {
            try simulate(options: { $0.checkpoints = store }) { _ in renamed }
        }
        #expect(error?.code == .checkpointFailed)
        #expect(error?.message.contains("- numbers") == true && error?.message.contains("+ others") == true)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let checkpoint: Checkpoint
        let words: [String]
    }

    static let refusals = [
        Refusal(
            testDescription: "of another pipeline", checkpoint: Checkpoint(pipeline: "other"),
            words: ["\"other\"", "name"]),
        Refusal(
            testDescription: "of another source",
            checkpoint: Checkpoint(
                pipeline: "refused", positions: ["FileSource a.txt": [Position(partition: "a.txt", offset: 5)]]),
            words: ["- FileSource a.txt", "+ ScriptedSource", "reset"]),
        Refusal(
            testDescription: "with a state that has no fold",
            checkpoint: Checkpoint(
                pipeline: "refused", positions: ["ScriptedSource": [Position(partition: "0", offset: 5)]],
                states: ["sum": "0 5"]),
            words: ["- sum", "reset"]),
    ]

    // S-ACK-8
    @Test("A checkpoint that does not fit is refused by name, never read as a first run", arguments: refusals)
    func refusesStrangers(_ refusal: Refusal) throws {
        let store = RecordingCheckpointStore(refusal.checkpoint)
        let sink = RecordingSink<Int>()
        let source = ScriptedSource<Int>([.elements([1, 2, 3])])
        let error = #expect(throws: PipelineError.self) {
            try simulate(options: { $0.checkpoints = store }) { _ in Pipeline("refused").root(source).to(sink) }
        }
        #expect(error?.code == .checkpointFailed)
        for word in refusal.words { #expect(error?.message.contains(word) == true) }
        #expect(sink.log.entries.isEmpty && source.log.starts.isEmpty, "something was opened")
        #expect(store.checkpoint == refusal.checkpoint)
        #expect(store.opens == 1 && store.closes == 1)
    }

    // S-ACK-8
    @Test func `A checkpoint that cannot be read, or a state that is damaged, stops the run before anything is read`()
        throws
    {
        let damaged = RecordingCheckpointStore()
        damaged.failOpening(with: ConnectorError(.malformed, "the checksum does not match"))
        let wrong = RecordingCheckpointStore(
            Checkpoint(
                pipeline: "damaged", positions: ["ScriptedSource": [Position(partition: "0", offset: 2)]],
                states: ["sum": "1 {\"a\":"]))
        for store in [damaged, wrong] {
            let source = ScriptedSource<Int>([.elements([1, 2, 3])])
            let sink = RecordingSink<Int>()
            let error = #expect(throws: PipelineError.self) {
                try simulate(options: { $0.checkpoints = store }) { _ in
                    Pipeline("damaged").root(source).durableFold(into: 0) { $0 += $1 }.trigger(each: 1).named("sum")
                        .to(sink)
                }
            }
            #expect(error?.code == .checkpointFailed)
            #expect(source.log.given.isEmpty && sink.elements.isEmpty)
            #expect(store.saves.isEmpty)
        }
    }
}
