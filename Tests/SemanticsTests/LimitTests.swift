import Connect
import ConnectTesting
import Testing

/// A limit at some place of a pipeline over 0 ..< 1000: how much must come out, and how much must be committed.
struct LimitCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let declare: @Sendable (Def<Int>, Int) -> Def<Int>
    /// What comes out for a limit.
    let outputs: @Sendable (Int) -> [Int]
    /// How many elements of the source are committed.
    let committed: @Sendable (Int) -> Int

    init(
        _ description: String, _ declare: @escaping @Sendable (Def<Int>, Int) -> Def<Int>,
        outputs: @escaping @Sendable (Int) -> [Int], committed: @escaping @Sendable (Int) -> Int
    ) {
        testDescription = description
        self.declare = declare
        self.outputs = outputs
        self.committed = committed
    }

    static let size = 1000

    /// The limit stands on the last stage of a shape.
    static func on(_ shape: Shape, par: Int) -> LimitCase {
        LimitCase(
            "on \(shape.testDescription), par \(par)", { shape.declare($0, par).limit($1) },
            outputs: { Array(shape.outputs(of: 0..<size).prefix($0)) },
            committed: { shape.consumed(for: $0, of: size) })
    }

    static let shapes = Shape.all.flatMap { shape in (1...8).map { on(shape, par: $0) } }

    private static func sums(_ elements: [Int], each count: Int) -> [Int] {
        var sum = 0
        var sums: [Int] = []
        for (index, element) in elements.enumerated() {
            sum += element
            if (index + 1) % count == 0 || index == elements.count - 1 { sums.append(sum) }
        }
        return sums
    }

    static let others = [
        LimitCase(
            "on the root", { $0.limit($1) }, outputs: { Array((0..<size).prefix($0)) }, committed: { min($0, size) }),
        LimitCase(
            "before workers", { $0.map { $0 }.limit($1).map { $0 + 1 }.par(8) },
            outputs: { Array((1...size).prefix($0)) }, committed: { min($0, size) }),
        LimitCase(
            "between workers", { $0.map { $0 }.par(8).limit($1).filter { $0 % 2 == 0 }.par(8) },
            outputs: { (0..<min($0, size)).filter { $0 % 2 == 0 } }, committed: { min($0, size) }),
        LimitCase(
            "behind a filter behind workers", { $0.map { $0 }.par(8).filter { $0 % 7 == 3 }.limit($1) },
            outputs: { Array((0..<size).filter { $0 % 7 == 3 }.prefix($0)) },
            committed: { $0 <= 143 ? 7 * ($0 - 1) + 4 : size }),
        LimitCase(
            "before a fold", { $0.map { $0 }.par(2).limit($1).fold(into: 0) { $0 += $1 }.trigger(each: 3) },
            outputs: { sums(Array((0..<size).prefix($0)), each: 3) }, committed: { min($0, size) }),
        LimitCase(
            "on a fold", { $0.map { $0 }.par(2).fold(into: 0) { $0 += $1 }.trigger(each: 3).limit($1) },
            outputs: { Array(sums(Array(0..<size), each: 3).prefix($0)) }, committed: { min(3 * $0, size) }),
        LimitCase(
            "behind a fold and workers",
            { $0.fold(into: 0) { $0 += $1 }.trigger(each: 3).flatMap { [$0, $0] }.par(4).limit($1) },
            outputs: { Array(sums(Array(0..<size), each: 3).flatMap { [$0, $0] }.prefix($0)) },
            committed: { min(($0 + 1) / 2 * 3, size) }),
        LimitCase(
            "on the second of two folds",
            { $0.fold(into: 0) { $0 += $1 }.trigger(each: 3).count().trigger(each: 2).limit($1) },
            outputs: { Array((Array(stride(from: 2, through: 334, by: 2))).prefix($0)) },
            committed: { min(6 * $0, size) }),
        LimitCase(
            "between two folds",
            { $0.fold(into: 0) { $0 += $1 }.trigger(each: 3).limit($1).count().trigger(each: 2) },
            outputs: { limit in
                let count = min(limit, 334)
                return Array(stride(from: 2, through: count, by: 2)) + (count % 2 == 1 ? [count] : [])
            }, committed: { min(3 * $0, size) }),
        LimitCase(
            "twice, the first is reached", { $0.map { $0 }.par(3).limit($1).filter { $0 % 2 == 1 }.limit(600) },
            outputs: { (0..<min($0, size)).filter { $0 % 2 == 1 } }, committed: { min($0, size) }),
        LimitCase(
            "twice, the second is reached",
            { $0.map { $0 }.par(3).limit(1000).filter { $0 % 2 == 1 }.par(2).limit($1) },
            outputs: { Array((0..<size).filter { $0 % 2 == 1 }.prefix($0)) },
            committed: { $0 <= 500 ? 2 * $0 : size }),
    ]
}

@Suite struct LimitTests {
    // S-END-3, C02, C12, C13, D4, case 31
    @Test(
        "Exactly as many elements come out as the limit says, and the commit is that of the last of them",
        arguments: LimitCase.shapes + LimitCase.others)
    func `exact`(_ place: LimitCase) throws {
        for limit in [1, 2, 7, 50, 499, 999, 1000, 1001] {
            let sink = CollectSink<Int>()
            let seed = UInt64(limit)
            let isReached = place.committed(limit) < LimitCase.size
            // In small batches what is made of one element fills several, and some of them are dropped.
            let capacity = [1024, 3, 1, 16][limit % 4]
            let report = try simulate(seed: seed, options: { $0.batchCapacity = capacity }) { _ in
                let pipeline = Pipeline("limit")
                // C02: where the limit is reached it ends also a source without end.
                let root =
                    isReached
                    ? pipeline.root(GeneratorSource { Int($0) }) : pipeline.root(ListSource(0..<LimitCase.size))
                return place.declare(root, limit).to(sink)
            }
            #expect(sink.elements == place.outputs(limit), "limit \(limit)")
            #expect(report.offset == Int64(place.committed(limit)), "limit \(limit)")
        }
    }

    // S-END-3, C02, C12
    @Test(
        "A limit on the sink is as exact, whatever the sink and before whatever stage", arguments: Shape.all,
        Confirming.all + Confirming.late)
    func exactOnTheSink(_ shape: Shape, _ confirming: Confirming) throws {
        for (number, limit) in [1, 7, 50, 1000].enumerated() {
            let whole = shape.outputs(of: 0..<LimitCase.size)
            let isReached = whole.count > limit
            let sink = confirming.make()
            let capacity = [3, 1024, 16, 1][number]
            let report = try simulate(seed: UInt64(number), options: { $0.batchCapacity = capacity }) { _ in
                let pipeline = Pipeline("limit")
                let root =
                    isReached
                    ? pipeline.root(GeneratorSource { Int($0) }) : pipeline.root(ListSource(0..<LimitCase.size))
                return shape.declare(root, 1 + number).to(sink).limit(limit)
            }
            #expect(sink.elements == Array(whole.prefix(limit)), "limit \(limit)")
            #expect(report.offset == Int64(shape.consumed(for: limit, of: LimitCase.size)), "limit \(limit)")
            #expect(sink.log.confirmed.allSatisfy { $0 })
        }
    }

    // S-END-3, C02: of each partition exactly what came before the limit's element.
    @Test("With several partitions each is committed up to the limit's element", arguments: Placed.all(par: [1, 3]))
    func exactInPartitions(_ placed: Placed) throws {
        // Which of them is at hand next is drawn; elements are numbered across them.
        var random = SplitMix(seed: 7)
        let names = (0..<200).map { _ in ["a", "b", "c"][random.below(3)] }
        for limit in [1, 20, 33] {
            let sink = CollectSink<Int>()
            let commits = CommitLog()
            let source = ScriptedSource<Int>(
                names.enumerated().map { .elements([$0], partition: $1) }, commits: commits)
            try simulate(seed: UInt64(limit), options: { $0.checkpointEvery = .microseconds(50) }) { _ in
                placed.shape.declare(Pipeline("parts").root(source), placed.par).limit(limit).to(sink)
            }
            #expect(sink.elements == Array(placed.shape.outputs(of: 0..<200).prefix(limit)))
            let end = placed.shape.consumed(for: limit, of: 200)
            for name in ["a", "b", "c"] {
                let count = names.prefix(end).count { $0 == name }
                #expect(commits.position(in: name)?.offset ?? 0 == Int64(count), "\(name), limit \(limit)")
            }
        }
    }

    static let idlers =
        Shape.all.filter { !$0.model(7).isEmpty } + [
            Shape("nothing", { def, _ in def }, { [$0] }),
            Shape("fold", { def, _ in def.fold(into: 0) { $0 = $1 }.trigger(each: 1) }, { [$0] }),
            Shape("workers without order", { $0.map { $0 }.par($1, order: .unordered) }, { [$0] }),
            Shape("lanes by key", { $0.map { $0 }.par($1, order: .key { (element: Int) in element }) }, { [$0] }),
        ]

    // S-END-3
    @Test("A limit that is reached ends the run though the source has nothing more at hand for ever", arguments: idlers)
    func endsIdleSources(_ shape: Shape) throws {
        let seeds: [UInt64] = [1, 2, 3, 4]
        for seed in seeds {
            let sink = RecordingSink<Int>(confirmation: .flush, mayBlock: seed % 2 == 0)
            let commits = CommitLog()
            let source = ScriptedSource<Int>(
                [.elements([7, 7])], isBounded: false, hasDuties: seed < 3, commits: commits)
            let report = try simulate(seed: seed) { scheduler in
                let slow = shape.declare(Pipeline("idle").root(source), 3).limit(1).map { element in
                    // Longer than a shutdown may take: this is none.
                    scheduler.sleep(for: .seconds(100))
                    return element
                }.buffer(4)
                return slow.to(sink)
            }
            #expect(sink.elements == [shape.model(7)[0]])
            // Without order the second element may come first; nothing before it is done then.
            #expect(report.offset == 1 || (shape.testDescription == "workers without order" && report.offset == nil))
            #expect(!report.wasStopped)
            #expect(report.duration < .seconds(110))
        }
    }

    // S-END-3, S-ERR-2, S-ACK-2, C02
    @Test(
        "What is dropped ahead of a limit or an error in another partition is not committed", arguments: [true, false],
        [1, 2, 3, 4] as [UInt64])
    func dropsAhead(isLimit: Bool, seed: UInt64) throws {
        let commits = CommitLog()
        let sink = CollectSink<Int>()
        let source = ScriptedSource<Int>(
            [.elements([0], partition: "a"), .elements(Array(1...4), partition: "b")], isBounded: false,
            hasDuties: true, commits: commits)
        let result = Result {
            try simulate(seed: seed, options: { $0.batchCapacity = 1 }) { scheduler in
                Pipeline("ahead").root(source).filter { element in
                    if element > 0 { return false }
                    // Meanwhile the others are dropped, and commits are made.
                    scheduler.sleep(for: .seconds(5))
                    if !isLimit { throw Broken() }
                    return true
                }.par(3).limit(1).to(sink)
            }
        }
        if case .failure(let error) = result { #expect((error as? PipelineError)?.code == .stageFailed, "\(error)") }
        #expect(sink.elements == (isLimit ? [0] : []))
        #expect(source.log.given.count == 5)
        #expect(commits.position(in: "a")?.offset == (isLimit ? 1 : nil))
        #expect(commits.position(in: "b") == nil)
    }

    // S-END-3, S-ACK-2: the limit spares what is dropped of its own element, but only before it.
    @Test func `The last element that a limit lets through is not committed where it is lost behind it`() throws {
        let store = MemoryCheckpointStore()
        let sink = CollectSink<Int>()
        let error = #expect(throws: PipelineError.self) {
            try simulate(options: {
                $0.checkpoints = store
                $0.batchCapacity = 1
            }) { scheduler in
                Pipeline("lost").root(ListSource(0..<5)).map { element in
                    // The last to reach the limit is not the last of the source.
                    if element == 3 { scheduler.sleep(for: .seconds(1)) }
                    return element
                }.par(2, order: .unordered).limit(5).map { element in
                    if element == 4 {
                        scheduler.sleep(for: .seconds(10))
                        throw Broken()
                    }
                    return element
                }.buffer(10).to(sink)
            }
        }
        #expect(error?.code == .stageFailed)
        #expect(sink.elements == [0, 1, 2])
        #expect(store.offset(of: "lost") == 3)
    }
}
