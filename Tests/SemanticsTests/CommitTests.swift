import Connect
import ConnectTesting
import Testing

/// When positions are committed, and which.
@Suite struct CommitTests {
    static let seeds: [UInt64] = [1, 2, 3, 4, 5, 6]

    /// Ways for an element to lead to nothing.
    static let droppers: [Shape] = [
        .dropping, Shape("flatMap of nothing", { $0.flatMap { _ in [Int]() }.par($1) }, { _ in [] }),
        Shape("skipping", { $0.map { _ -> Int in throw Broken() }.par($1).onError(.skip) }, { _ in [] }),
        Shape(
            "dead letters",
            { def, par in
                let letters = RecordingSink<DeadLetter>(confirmation: .flush)
                return def.map { _ -> Int in throw Broken() }.par(par).onError(.deadLetter(letters))
            }, { _ in [] }),
        Shape("dropping in bits", { $0.filter { $0 % 2 == 0 }.par($1).filter { $0 % 2 == 1 } }, { _ in [] }),
    ]

    // S-ACK-1, D1, case 9
    @Test("Elements that lead to nothing are done and committed while the run goes on", arguments: droppers, [1, 3])
    func commitsDrops(_ shape: Shape, par: Int) throws {
        let commits = CommitLog()
        let source = ScriptedSource<Int>([.elements(Array(0..<100))], isBounded: false, commits: commits)
        let (before, after) = try simulate { _ in
            shape.declare(Pipeline("drops").root(source), par).to(CollectSink())
        } while: { scheduler, run in
            scheduler.sleep(for: .seconds(3))
            let before = commits.position(in: "0")?.offset
            run.stop()
            _ = try run.wait()
            return (before, commits.position(in: "0")?.offset)
        }
        #expect(before == 100)
        #expect(after == 100)
    }

    /// Every shape before every kind of sink.
    static let routes: [(Shape, Confirming)] = Shape.all.flatMap { shape in
        (Confirming.all + Confirming.late).map { (shape, $0) }
    }

    // S-ACK-2, S-ACK-3, D2, case 8
    @Test(
        "Whenever a position is committed, everything below it has been confirmed; it never goes back",
        arguments: routes)
    func commitsOnlyWhatIsDone(_ shape: Shape, _ confirming: Confirming) throws {
        for seed in Self.seeds.prefix(3) {
            let elements = ["a": Array(0..<90), "b": Array(1000..<1055), "c": [2000]]
            let sink = Shared<RecordingSink<Int>?>(nil)
            let mistakes = Shared<[String]>([])
            let commits = CommitLog(onCommit: { positions in
                for position in positions {
                    let done = elements[position.partition]?.prefix(Int(position.offset)) ?? []
                    let missing = Self.missing(shape.outputs(of: done), in: sink.value)
                    if !missing.isEmpty { mistakes.change { $0.append("\(position): \(missing)") } }
                }
            })
            let recording = confirming.make()
            sink.change { $0 = recording }
            let source = ScriptedSource<Int>(
                [
                    .elements(Array(0..<30), partition: "a"), .elements([2000], partition: "c"),
                    .elements(Array(1000..<1020), partition: "b"), .wait(.milliseconds(3)),
                    .elements(Array(30..<90), partition: "a"), .idle, .elements(Array(1020..<1055), partition: "b"),
                ], commits: commits)
            try simulate(seed: seed, options: { $0.checkpointEvery = .microseconds(100) }) { _ in
                shape.declare(Pipeline("done").root(source), 3).to(recording).trigger(each: 7)
            }
            #expect(mistakes.value == [])
            for (partition, all) in elements {
                let row = commits.commits.flatMap(\.positions).filter { $0.partition == partition }.map(\.offset)
                #expect(row == row.sorted() && Set(row).count == row.count)
                #expect(row.last == Int64(all.count))
            }
        }
    }

    /// Outputs that the sink has not confirmed.
    private static func missing(_ outputs: [Int], in sink: RecordingSink<Int>?) -> [Int] {
        guard let sink else { return outputs }
        var confirmed: [Int: Int] = [:]
        for (element, isConfirmed) in zip(sink.elements, sink.log.confirmed) where isConfirmed {
            confirmed[element, default: 0] += 1
        }
        return outputs.filter { output in
            confirmed[output, default: 0] -= 1
            return (confirmed[output] ?? 0) < 0
        }
    }

    // S-ACK-1, D2, case 8
    @Test(arguments: Confirming.late, seeds)
    func `An element of many outputs is done only after all of them, and once`(
        _ confirming: Confirming, seed: UInt64
    ) throws {
        let early = Shared<[Int64]>([])
        let sink = Shared<RecordingSink<Int>?>(nil)
        let commits = CommitLog(onCommit: { positions in
            let confirmed = sink.value?.log.confirmed.prefix { $0 }.count ?? 0
            if positions[0].offset > Int64(confirmed / 1000) { early.change { $0.append(positions[0].offset) } }
        })
        let recording = confirming.make()
        sink.change { $0 = recording }
        let source = ScriptedSource([.elements([0, 1, 2])], commits: commits)
        try simulate(
            seed: seed,
            options: {
                $0.checkpointEvery = .microseconds(20)
                $0.batchCapacity = 64
            }
        ) { _ in
            Pipeline("fan").root(source).flatMap { element in (0..<1000).lazy.map { element * 1000 + $0 } }.par(2)
                .to(recording)
        }
        #expect(early.value == [])
        #expect(commits.position(in: "0")?.offset == 3)
        #expect(recording.elements == Array(0..<3000))
    }

    // S-ACK-4, C01
    @Test(arguments: [10, 100, 500])
    func `A commit that takes long makes commits rarer, not the flow slower`(milliseconds: Int) throws {
        let sink = CollectSink<Int>()
        let commits = CommitLog(delay: .milliseconds(milliseconds))
        let source = ScriptedSource([.elements(Array(0..<2000))], commits: commits)
        let lastWrite = Shared(MonotonicTime(nanoseconds: 0))
        let report = try simulate(options: { $0.checkpointEvery = .milliseconds(1) }) { scheduler in
            Pipeline("slow").root(source).map { element in
                scheduler.sleep(for: .milliseconds(1))
                lastWrite.change { $0 = scheduler.now }
                return element
            }.to(sink)
        }
        #expect(sink.elements == Array(0..<2000))
        #expect(commits.position(in: "0")?.offset == 2000)
        #expect(report.commits <= Int(report.duration / .milliseconds(milliseconds)) + 2)
        #expect(report.commits >= Int(2000 / (milliseconds + 20)), "commits were rarer than they need be")
        // The elements themselves took two seconds, and did not wait for a commit.
        #expect(lastWrite.value.elapsed(since: MonotonicTime(nanoseconds: 1_000_000_000)) < .milliseconds(2200))
    }

    // S-ACK-4: every quarter of a second by default.
    @Test func `By default commits come every 250 milliseconds while something is done`() throws {
        let commits = CommitLog()
        let source = ScriptedSource(
            [.elements(Array(0..<10)), .wait(.seconds(1)), .elements(Array(10..<20)), .wait(.seconds(10))],
            commits: commits)
        try simulate { _ in Pipeline("pace").root(source).to(CollectSink<Int>()) }
        #expect(commits.commits.map { $0.positions[0].offset } == [10, 20])
        let times = commits.commits.map { $0.time.elapsed(since: MonotonicTime(nanoseconds: 1_000_000_000)) }
        #expect(times[0] >= .milliseconds(250) && times[0] < .milliseconds(260))
        #expect(times[1] >= .milliseconds(1000) && times[1] < .milliseconds(1260))
    }

    // S-ACK-4, D3
    @Test(
        "A failed commit is tried again, and then stops the pipeline with an error", arguments: [2, 100], [false, true])
    func retriesCommits(failures: Int, isOwn: Bool) throws {
        let commits = CommitLog()
        let store = RecordingCheckpointStore()
        let source = ScriptedSource<Int>(
            [.elements(Array(0..<10)), .wait(.seconds(failures < 100 ? 1 : 100))], commits: isOwn ? commits : nil)
        commits.failNext(failures)
        store.failNext(failures)
        let result = Result {
            try simulate(options: { $0.checkpoints = store }) { _ in
                Pipeline("failing").root(source).to(CollectSink())
            }
        }
        let failed = isOwn ? commits.failed : store.failed
        if failures < 100 {
            #expect(try result.get().offset == 10)
            #expect(failed == 2)
        } else {
            let error = #expect(throws: PipelineError.self) { try result.get() }
            #expect(error?.code == .checkpointFailed)
            #expect(error?.cause is ConnectorError)
            #expect(failed >= 5)
        }
    }

    // S-ACK-5, S-ACK-2
    @Test func `A fold's inputs are committed when the emission that contains them is done, and not before`() throws {
        let commits = CommitLog()
        let sink = RecordingSink<Int>(confirmation: .flush)
        let source = ScriptedSource([.elements(Array(1...10))], isBounded: false, commits: commits)
        let offsets = try simulate { _ in
            Pipeline("fold").root(source).count().trigger(each: 4).to(sink).trigger(every: .seconds(2))
        } while: { scheduler, run in
            var offsets: [Int64] = []
            for _ in 0..<2 {
                scheduler.sleep(for: .milliseconds(1500))
                offsets.append(commits.position(in: "0")?.offset ?? 0)
            }
            run.stop()
            _ = try run.wait()
            return offsets + [commits.position(in: "0")?.offset ?? 0]
        }
        #expect(sink.elements == [4, 8, 10])
        // Before the flush nothing; then the batches that the second emission covers whole; at the end everything.
        #expect(offsets[0] == 0)
        #expect((4...8).contains(offsets[1]))
        #expect(offsets[2] == 10)
    }
}

extension Confirming {
    /// Sinks whose confirmations come from a thread of their own, in order and not.
    static let late = [
        Confirming(
            confirmation: .acknowledgement, mayBlock: true,
            confirmations: .later(upTo: .milliseconds(1), seed: 7)),
        Confirming(
            confirmation: .acknowledgement, mayBlock: true,
            confirmations: .shuffled(upTo: .milliseconds(1), seed: 8)),
    ]
}
