import Connect
import ConnectTesting
import Testing

/// How a run that would not end by itself is ended, and what must come of it.
@Suite struct StopTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4, 5, 6, 7, 8]

    /// A pipeline without end that holds things everywhere.
    private static func endless(
        _ source: ScriptedSource<Int>, _ sink: RecordingSink<Int>, _ scheduler: SeededScheduler
    ) -> Pipeline {
        Pipeline("endless").root(source).map { element in
            scheduler.sleep(for: .microseconds(50))
            return element
        }.par(3).flatMap { [$0, $0] }.fold(into: 0) { $0 += $1 }.trigger(each: 7).map { $0 }.buffer(5).to(sink)
            .trigger(each: 3)
    }

    private static let elements = Array(1...2000)

    private static func sums(_ count: Int) -> [Int] {
        var sum = 0
        var sums: [Int] = []
        let doubled = elements.prefix(count).flatMap { [$0, $0] }
        for (index, element) in doubled.enumerated() {
            sum += element
            if (index + 1) % 7 == 0 || index == doubled.count - 1 { sums.append(sum) }
        }
        return sums
    }

    // S-ACK-5, S-TRG-2
    @Test
    func `What the folds of a suspended run hold is not emitted, and another run takes it up`() throws {
        let (store, gate, sink) = (MemoryCheckpointStore(), Gate(), CollectSink<Int>())
        let pipeline = Pipeline("suspended").root(ListSource(0..<1000)).map { element in
            if element == 500 { gate.pass() }
            return element
        }.fold(0, resetting: true) { $0 + $1 }.trigger(each: 300).to(sink)
        let run = try PipelineRun(pipeline, RunOptions(checkpoints: store))
        run.suspend()
        gate.open()
        #expect(try run.wait().committed.map(\.offset) == [900])
        let sums = [0, 300, 600].map { ($0..<($0 + 300)).reduce(0, +) }
        #expect(sink.elements == sums)
        _ = try PipelineRun(pipeline, RunOptions(checkpoints: store)).wait()
        #expect(sink.elements == sums + [(900..<1000).reduce(0, +)])
    }

    // S-END-4
    @Test(arguments: seeds)
    func `A stop lets everything under way drain, commits it, and is a success`(seed: UInt64) throws {
        let sink = RecordingSink<Int>(confirmation: .flush, mayBlock: true)
        let commits = CommitLog()
        let source = ScriptedSource([.elements(Self.elements)], isBounded: false, commits: commits)
        let report = try simulate(seed: seed) { scheduler in
            Self.endless(source, sink, scheduler)
        } while: { scheduler, run in
            scheduler.sleep(for: .microseconds(Int64(seed * 700)))
            run.stop()
            run.stop()
            return try run.wait()
        }
        let given = source.log.given.count
        #expect(report.wasStopped)
        #expect(sink.elements == Self.sums(given))
        // 0 lost, 0 twice: everything given is committed.
        #expect(commits.position(in: "0")?.offset ?? 0 == Int64(given))
        #expect(sink.log.entries.last?.event == .closed(succeeded: true))
        #expect(source.log.closes == 1)
    }

    // S-END-4
    @Test func `Cancelling the task that runs a pipeline drains and ends it with success`() async throws {
        let sink = CollectSink<Int>()
        let source = ScriptedSource([.elements(Array(0..<500))], isBounded: false)
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let task = Task {
            try await Pipeline("cancelled").root(source).map { element in
                if element == 499 { arrived.yield() }
                return element
            }.par(2).to(sink).run(.quiet())
        }
        for await _ in arrivals { break }
        task.cancel()
        let report = try await task.value
        #expect(report.wasStopped)
        #expect(sink.elements == Array(0..<500))
        #expect(report.offset == 500)
    }

    // S-END-4
    @Test(arguments: seeds)
    func `An abort ends the run at once and commits nothing that is not done`(seed: UInt64) throws {
        var limits = SeededScheduler.Limits()
        limits.threadsMustEnd = false
        let sink = RecordingSink<Int>(confirmation: .flush, mayBlock: true)
        let confirmed = Shared(0)
        let commits = CommitLog()
        let source = ScriptedSource([.elements(Self.elements)], isBounded: false, commits: commits)
        let code = try simulate(seed: seed, limits: limits, options: { $0.checkpointEvery = .milliseconds(1) }) { _ in
            Pipeline("aborted").root(source).map { $0 }.par(3).to(sink).trigger(each: 10)
        } while: { scheduler, run in
            scheduler.sleep(for: .microseconds(Int64(seed * 500)))
            run.abort()
            let error = #expect(throws: PipelineError.self) { try run.wait() }
            confirmed.change { $0 = sink.log.confirmed.prefix { $0 }.count }
            return error?.code
        }
        #expect(code == .shutdownTimedOut)
        #expect(commits.position(in: "0")?.offset ?? 0 <= Int64(confirmed.value))
    }

    // S-END-4
    @Test func `A drain that takes longer than the shutdown timeout is cut short, with an error`() throws {
        var limits = SeededScheduler.Limits()
        limits.threadsMustEnd = false
        let sink = RecordingSink<Int>()
        let store = MemoryCheckpointStore()
        let (error, time) = try simulate(
            limits: limits,
            options: {
                $0.checkpoints = store
                $0.shutdownTimeout = .seconds(5)
            }
        ) { scheduler in
            Pipeline("slow").root(ListSource(0..<100)).map { element in
                scheduler.sleep(for: .seconds(2))
                return element
            }.buffer(50).to(sink)
        } while: { scheduler, run in
            scheduler.sleep(for: .seconds(7))
            run.stop()
            let asked = scheduler.now
            let error = #expect(throws: PipelineError.self) { try run.wait() }
            return (error, scheduler.now.elapsed(since: asked))
        }
        #expect(error?.code == .shutdownTimedOut)
        #expect(error?.message.contains("5.0 seconds") == true)
        #expect(time >= .seconds(5) && time < .milliseconds(5500))
        #expect(store.offset(of: "slow") ?? 0 <= Int64(sink.elements.count))
        #expect((3...6).contains(sink.elements.count))
    }

    // Case 35
    @Test("Of a limit and a stop after a time, whichever comes first ends the run", arguments: [50, 150])
    func limitAndTime(limit: Int) throws {
        let sink = CollectSink<Int>()
        let report = try simulate { _ in
            Pipeline("either").root(GeneratorSource(rate: 100) { Int($0) }).limit(limit).to(sink)
        } while: { scheduler, run in
            scheduler.sleep(for: .seconds(1))
            run.stop()
            return try run.wait()
        }
        #expect(sink.elements == Array(0..<min(limit, sink.elements.count)))
        #expect(limit == 50 ? sink.elements.count == 50 : (98...102).contains(sink.elements.count))
        #expect(report.offset == Int64(sink.elements.count))
    }

    // S-END-4
    @Test(
        "A run stops by itself after a time, or at a time of day, and drains: whichever comes first",
        arguments: [(3, nil), (nil, 3), (3, 60), (60, 3)] as [(Int?, Int?)])
    func stopsByItself(after: Int?, at: Int?) throws {
        let sink = CollectSink<Int>()
        let (report, time) = try simulate(options: { options in
            options.stopAfter = after.map { .seconds($0) }
            let now = options.scheduler.timeOfDay.nanosecondsSinceEpoch
            options.stopAt = at.map { EventTime(nanosecondsSinceEpoch: now + Int64($0) * 1_000_000_000) }
        }) { _ in
            Pipeline("timed").root(GeneratorSource(rate: 100) { Int($0) }).map { $0 }.par(2).to(sink)
        } while: { scheduler, run in
            let started = scheduler.now
            let report = try run.wait()
            return (report, scheduler.now.elapsed(since: started))
        }
        #expect(report.wasStopped)
        #expect((298...302).contains(sink.elements.count))
        #expect(report.offset == Int64(sink.elements.count))
        #expect(time >= .seconds(3) && time < .milliseconds(3500))
    }

    // S-END-4
    @Test("A time that is long over stops the run at once, and a run that ends before is not stopped")
    func stopsAtOnceOrNever() throws {
        let early = try simulate(options: { $0.stopAt = EventTime(nanosecondsSinceEpoch: .min) }) { _ in
            Pipeline("past").root(GeneratorSource(rate: 10) { Int($0) }).to(NullSink())
        }
        #expect(early.wasStopped)
        let whole = try simulate(options: { $0.stopAfter = .seconds(60) }) { _ in
            Pipeline("whole").root(ListSource(0..<10)).to(NullSink())
        }
        #expect(!whole.wasStopped)
        #expect(whole.offset == 10)
    }

    // S-END-4: a stop before anything has begun.
    @Test(arguments: seeds)
    func `A stop at the very start ends the run as well`(seed: UInt64) throws {
        let sink = CollectSink<Int>()
        let report = try simulate(seed: seed) { _ in
            Pipeline("start").root(GeneratorSource(rate: 10) { Int($0) }).map { $0 }.par(2).to(sink)
        } while: { _, run in
            run.stop()
            return try run.wait()
        }
        #expect(report.offset ?? 0 == Int64(sink.elements.count))
    }
}
