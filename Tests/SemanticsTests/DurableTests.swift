import Connect
import ConnectTesting
import Testing

/// What durable folds hold after a restart, whatever stands around them.
@Suite struct DurableTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4, 5, 6]

    /// The sums after each so many elements, and after the last.
    private static func sums(of elements: some Collection<Int>, each count: Int, from start: Int = 0) -> [Int] {
        var sum = start
        var sums: [Int] = []
        for (index, element) in elements.enumerated() {
            sum += element
            if (index + 1) % count == 0 || index == elements.count - 1 { sums.append(sum) }
        }
        return sums
    }

    private static func offset(in store: RecordingCheckpointStore) -> Int64? {
        store.checkpoint?.positions.values.first?.first?.offset
    }

    static let fronts = [
        Shape("nothing", { def, _ in def }, { [$0] }), .map, .filter, .flatMap, .fused, .segmented,
    ]

    // S-END-3, S-TRG-2, C13
    @Test("A limit before a durable fold is exact in every run: none is counted twice or left out", arguments: fronts)
    func limitsBefore(_ front: Shape) throws {
        for (number, capacity) in [1, 3, 16, 1024].enumerated() {
            let store = RecordingCheckpointStore()
            let sink = CollectSink<Int>()
            let whole = Array(front.outputs(of: 0..<300))
            var expected: [Int] = []
            var taken = 0
            for limit in [1, 20, 33, 1000] {
                try simulate(
                    seed: UInt64(number),
                    options: {
                        $0.checkpoints = store
                        $0.batchCapacity = capacity
                    }
                ) { _ in
                    front.declare(Pipeline("limited").root(ListSource(0..<300)), 3).limit(limit)
                        .durableFold(into: 0) { $0 += $1 }.trigger(each: 7).named("sum").to(sink)
                }
                // What came of the limit's element beyond the limit goes nowhere, in no run.
                let part = whole.dropFirst(taken).prefix(limit)
                let end = front.consumed(for: taken + part.count, of: 300)
                expected += Self.sums(of: part, each: 7, from: expected.last ?? 0)
                taken = front.outputs(of: 0..<end).count
                #expect(Self.offset(in: store) == Int64(limit == 1000 ? 300 : end), "limit \(limit)")
            }
            #expect(sink.elements == expected)
        }
    }

    // S-END-3, S-TRG-2
    @Test func `A limit behind a durable fold is refused before anything is opened, and says what to do instead`()
        throws
    {
        let source = ScriptedSource<Int>([.elements([1, 2, 3])])
        let fold = Pipeline("refused").root(source).durableFold(into: 0) { $0 += $1 }.trigger(each: 3).named("sum")
        let sink = RecordingSink<Int>()
        let pipelines: [(Pipeline, String)] = [
            (fold.limit(2).to(sink), "stage 2 \"sum\" has .limit(2), but is a durable fold"),
            (fold.map { $0 }.par(3).limit(2).to(sink), "counts what comes of stage 2 \"sum\", a durable fold"),
            (fold.count().trigger(each: 1).to(sink).limit(2), "counts what comes of stage 2 \"sum\", a durable fold"),
        ]
        for (pipeline, words) in pipelines {
            let error = #expect(throws: PlanError.self) { try simulate { _ in pipeline } }
            #expect(error?.findings.map(\.code) == [.durableInexact])
            #expect(error?.description.contains(words) == true, "\(error as Any)")
            #expect(error?.description.contains("Put .limit before the durable fold") == true)
        }
        #expect(source.log.starts.isEmpty && sink.log.entries.isEmpty, "something was opened")
    }

    // S-TRG-2
    @Test func `A second durable fold is refused before anything is opened`() throws {
        let source = ScriptedSource<Int>([.elements([1, 2, 3])])
        let error = #expect(throws: PlanError.self) {
            try simulate { _ in
                Pipeline("two").root(source).durableFold(into: 0) { $0 += $1 }.trigger(each: 3).named("sum")
                    .map { $0 }.durableFold(into: 0) { $0 += $1 }.trigger(each: 3).named("sums").to(NullSink())
            }
        }
        #expect(error?.findings.map(\.stage) == ["sums"])
        #expect(error?.findings.map(\.code) == [.durableInexact])
        #expect(source.log.starts.isEmpty)
    }

    static let backs = [
        Shape("nothing", { def, _ in def }, { [$0] }), Shape("map", { $0.map { $0 }.par($1) }, { [$0] }),
        Shape("segments", { $0.map { $0 }.buffer(3).map { $0 }.par($1).map { $0 }.buffer(2) }, { [$0] }),
        Shape("a filter", { $0.filter { $0 % 2 == 0 }.par($1) }, { $0 % 2 == 0 ? [$0] : [] }),
        Shape("a flatMap", { $0.flatMap { [$0, -$0] }.par($1) }, { [$0, -$0] }),
    ]

    /// Cuts runs short at random times, and lets the last one come to its end.
    private static func runs(
        seed: UInt64, crashes: Bool, store: any CheckpointStore,
        _ make: @escaping @Sendable (SeededScheduler) -> Pipeline
    ) throws {
        var limits = SeededScheduler.Limits()
        limits.threadsMustEnd = false
        var random = SplitMix(seed: seed)
        for number in UInt64(0)..<3 {
            let time = Duration.microseconds(random.below(9000))
            try simulate(
                seed: seed + number, limits: limits,
                options: {
                    $0.checkpoints = store
                    $0.checkpointEvery = .microseconds(300)
                }, make
            ) { scheduler, run in
                guard number < 2 else {
                    _ = try run.wait()
                    return
                }
                scheduler.sleep(for: time)
                if crashes { run.abort() } else { run.stop() }
                _ = Result { try run.wait() }
            }
        }
    }

    // S-TRG-2, S-ACK-5, S-ACK-6
    @Test("With any stages behind it a durable fold goes on from where it stood", arguments: backs, seeds)
    func keepsStateWithStagesBehind(_ back: Shape, seed: UInt64) throws {
        for crashes in [false, true] {
            let sink = RecordingSink<Int>(confirmation: .flush, mayBlock: true)
            try Self.runs(seed: seed, crashes: crashes, store: MemoryCheckpointStore()) { scheduler in
                back.declare(
                    Pipeline("durable").root(ListSource(1...400)).map { element in
                        scheduler.sleep(for: .microseconds(50))
                        return element
                    }.par(2).durableFold(into: 0) { $0 += $1 }.trigger(each: 20).named("sum"), 2
                ).to(sink).trigger(each: 2)
            }
            let expected = back.outputs(of: [400 * 401 / 2])
            #expect(sink.elements.suffix(expected.count) == expected)
            guard crashes else { continue }
            // Without the emissions that stops bring about, those of each run are the same: none is lost.
            let wanted = back.outputs(of: Self.sums(of: 1...400, each: 20))
            #expect(Set(sink.elements) == Set(wanted))
        }
    }

    // S-TRG-2, S-ACK-5, S-ACK-6, C13
    @Test("What a plain fold behind a durable one held at a crash comes again, and nothing is lost", arguments: seeds)
    func keepsStateBeforeFold(seed: UInt64) throws {
        let sink = RecordingSink<[Int]>(confirmation: .flush, mayBlock: true)
        try Self.runs(seed: seed, crashes: true, store: MemoryCheckpointStore()) { scheduler in
            Pipeline("folds").root(ListSource(1...400)).map { element in
                scheduler.sleep(for: .microseconds(50))
                return element
            }.durableFold(into: 0) { $0 += $1 }.trigger(each: 20).named("sum")
                .fold(into: [Int](), resetting: true) { $0.append($1) }.trigger(each: 3).to(sink).trigger(each: 1)
        }
        #expect(Set(sink.elements.flatMap { $0 }) == Set(Self.sums(of: 1...400, each: 20)))
        #expect(sink.elements.last?.last == 400 * 401 / 2)
    }

    struct Failure: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let declare: @Sendable (Def<Int>, _ isBroken: Bool) -> Def<Int>
        /// What the failing run delivers.
        let delivered: [Int]
        /// Where it must stand; nil leaves it open, but for what is not done.
        var committed: Int64?
        var limit = Int64(25)
    }

    static let failures = [
        Failure(
            testDescription: "before it",
            declare: { def, isBroken in
                def.map { element in
                    if isBroken, element == 25 { throw Broken() }
                    return element
                }.par(3).durableFold(into: 0) { $0 += $1 }.trigger(each: 10).named("sum")
            }, delivered: [45, 190, 300], committed: 25),
        Failure(
            testDescription: "in it",
            declare: { def, isBroken in
                def.durableFold(into: 0) { sum, element in
                    // What a failing closure has already changed must not be stored.
                    sum += element
                    if isBroken, element == 25 { throw Broken() }
                }.trigger(each: 10).named("sum")
            }, delivered: [45, 190, 325]),
        Failure(
            testDescription: "behind it",
            declare: { def, isBroken in
                def.durableFold(into: 0) { $0 += $1 }.trigger(each: 10).named("sum").map { sum in
                    if isBroken, sum > 190 { throw Broken() }
                    return sum
                }
            },
            // What the fold holds for the emission that fails may be committed with the state that has it.
            delivered: [45, 190], limit: 29),
    ]

    // S-TRG-2, S-ERR-2, S-ACK-6
    @Test("After an error near a durable fold, its state and the positions fit together", arguments: failures, seeds)
    func keepsStateAfterErrors(_ failure: Failure, seed: UInt64) throws {
        for capacity in [1, 4, 1024] {
            let store = RecordingCheckpointStore()
            let sinks = [CollectSink<Int>(), CollectSink<Int>()]
            let options: @Sendable (inout RunOptions) -> Void = {
                $0.checkpoints = store
                $0.batchCapacity = capacity
                $0.checkpointEvery = .microseconds(100)
            }
            let run: @Sendable (Bool) throws -> Void = { isBroken in
                try simulate(seed: seed, options: options) { scheduler in
                    failure.declare(
                        Pipeline("errors").root(ListSource(0..<100)).map { element in
                            scheduler.sleep(for: .microseconds(30))
                            return element
                        }, isBroken
                    ).to(sinks[isBroken ? 0 : 1])
                }
            }
            #expect(throws: PipelineError.self) { try run(true) }
            let offset = Self.offset(in: store) ?? 0
            #expect(offset <= failure.limit)
            if let committed = failure.committed { #expect(offset == committed) }
            try run(false)
            #expect(sinks[0].elements == failure.delivered)
            #expect(sinks[1].elements.last == 99 * 100 / 2)
            #expect(Self.offset(in: store) == 100)
        }
    }
}
