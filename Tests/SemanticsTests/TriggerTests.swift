import Connect
import ConnectTesting
import Testing

/// When sinks flush and folds emit.
@Suite struct TriggerTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000)

    private static func milliseconds(_ times: [MonotonicTime]) -> [Int] {
        times.map { Int($0.elapsed(since: start) / .milliseconds(1)) }
    }

    private static func flushTimes(_ sink: RecordingSink<Int>) -> [Int] {
        milliseconds(sink.log.entries.filter { $0.event == .flushed }.map(\.time))
    }

    /// How many elements were written between one flush and the next.
    private static func flushSizes(_ sink: RecordingSink<Int>) -> [Int] {
        var sizes: [Int] = []
        var count = 0
        for entry in sink.log.entries {
            if case .wrote(let range) = entry.event { count += range.count }
            if entry.event == .flushed {
                sizes.append(count)
                count = 0
            }
        }
        return count > 0 ? sizes + [-count] : sizes
    }

    /// Ways to the sink on which a timer must find through.
    private static let ways: [Shape] = [
        Shape("nothing", { def, _ in def }, { [$0] }), .map, .segmented,
        Shape("workers and stages behind", { $0.map { $0 }.par($1).map { $0 }.filter { _ in true } }, { [$0] }),
        Shape("workers without order", { $0.map { $0 }.par($1, order: .unordered) }, { [$0] }),
        Shape("lanes by key", { $0.map { $0 }.par($1, order: .key { (element: Int) in element }) }, { [$0] }),
        Shape("a throttle", { def, _ in def.throttle(1000, per: .seconds(1)) }, { [$0] }),
    ]

    // S-TRG-1, S-TRG-3, C05, case 39
    @Test(
        "A sink with a timer flushes a period after its first unflushed element, and never when it is clean",
        arguments: ways, Confirming.all)
    func flushesInTime(_ way: Shape, _ confirming: Confirming) throws {
        let sink = confirming.make()
        let source = ScriptedSource<Int>([
            .elements([1]), .wait(.seconds(1)), .elements([2, 5]), .wait(.milliseconds(50)), .elements([10]),
            .wait(.seconds(3)),
        ])
        let report = try simulate { _ in
            way.declare(Pipeline("timer").root(source), 2).to(sink).trigger(every: .milliseconds(200))
        }
        let times = Self.flushTimes(sink)
        #expect(times.count == 2)
        #expect((200...205).contains(times[0]))
        #expect((1200...1205).contains(times.last ?? 0))
        #expect(report.stage("RecordingSink")?.triggered == 2)
    }

    // S-TRG-1, C06
    @Test(
        "A sink without a trigger flushes once at the end, and not if no element came", arguments: Confirming.all,
        [0, 1, 3000])
    func flushesAtTheEnd(_ confirming: Confirming, count: Int) throws {
        let sink = confirming.make()
        let report = try simulate { _ in
            Pipeline("end").root(ListSource(0..<count)).map { $0 }.par(2).to(sink)
        }
        #expect(sink.log.flushes == (count == 0 ? 0 : 1))
        #expect(report.stage("RecordingSink")?.triggered == (count == 0 ? 0 : 1))
        #expect(report.stage("RecordingSink")?.pressed == 0)
        #expect(sink.log.confirmed.allSatisfy { $0 })
    }

    // S-TRG-1, C07, case 38
    @Test(
        "A trigger on numbers flushes after exactly so many, and the rest at the end", arguments: [1, 2, 7, 100, 1000],
        Confirming.all)
    func flushesEach(each: Int, _ confirming: Confirming) throws {
        for count in [0, 1, 99, 100, 101, 250] {
            let sink = confirming.make()
            try simulate(seed: UInt64(count)) { _ in
                Pipeline("each").root(ListSource(0..<count)).map { $0 }.par(2).to(sink).trigger(each: each)
            }
            let rest = count % each
            #expect(
                Self.flushSizes(sink)
                    == Array(repeating: each, count: count / each) + (rest > 0 ? [rest] : []), "count \(count)")
        }
    }

    // S-TRG-1, C07
    @Test func `With a trigger on every element there are as many emissions and flushes as inputs`() throws {
        let sink = RecordingSink<Int>(confirmation: .flush)
        try simulate { _ in
            Pipeline("one").root(ListSource(0..<300)).count().trigger(each: 1).to(sink).trigger(each: 1)
        }
        #expect(sink.elements == Array(1...300))
        #expect(sink.log.flushes == 300)
    }

    // S-TRG-1
    @Test func `A trigger on bytes flushes after so many, also together with the others`() throws {
        let sink = RecordingSink<String>(confirmation: .flush)
        let words = ["four", "and", "twenty", "blackbirds", "baked", "in", "a", "pie"]
        let report = try simulate { _ in
            Pipeline("bytes").root(ListSource(words)).to(sink).trigger(bytes: 10).trigger(each: 3)
                .trigger(every: .seconds(1))
        }
        #expect(report.stage("RecordingSink")?.triggered == sink.log.flushes)
        #expect(sink.elements == words)
        #expect((3...4).contains(sink.log.flushes))
    }

    // S-TRG-1
    @Test("A trigger on bytes alone flushes as soon as so many were written", arguments: [1, 10, 11, 25, 1000])
    func flushesByBytes(bytes: Int) throws {
        let sink = RecordingSink<String>(confirmation: .flush)
        let words = ["four", "and", "twenty", "blackbirds", "baked", "in", "a", "pie"]
        var expected: [Int] = []
        var (count, size) = (0, 0)
        for word in words {
            count += 1
            size += word.utf8.count
            if size >= bytes { (count, size) = (expected.append(count), (0, 0)).1 }
        }
        if count > 0 { expected.append(count) }
        // One at a time, so that a write is no more than an element.
        try simulate(options: { $0.batchCapacity = 1 }) { _ in
            Pipeline("bytes").root(ListSource(words)).to(sink).trigger(bytes: bytes)
        }
        var flushes: [Int] = []
        count = 0
        for entry in sink.log.entries {
            if case .wrote(let range) = entry.event { count += range.count }
            if entry.event == .flushed { (count, _) = (0, flushes.append(count)) }
        }
        #expect(flushes == expected)
    }

    // S-TRG-1: of several the one that is due first.
    @Test func `Of several triggers of a sink each fires when it is due first`() throws {
        let sink = RecordingSink<String>(confirmation: .flush)
        let source = ScriptedSource<String>([
            .elements(["a", "b", "c"]), .wait(.seconds(1)), .elements(["0123456789"]), .wait(.seconds(1)),
            .elements(["d"]), .wait(.seconds(1)), .elements(["e"]),
        ])
        try simulate(options: { $0.batchCapacity = 1 }) { _ in
            Pipeline("several").root(source).to(sink).trigger(each: 3).trigger(bytes: 10)
                .trigger(every: .milliseconds(400))
        }
        let times = Self.milliseconds(sink.log.entries.filter { $0.event == .flushed }.map(\.time))
        // By number, by bytes, by time, and at the end.
        #expect(zip(times, [0, 1000, 2400, 3000]).allSatisfy { abs($0 - $1) <= 5 } && times.count == 4, "\(times)")
    }

    // S-TRG-1, S-PLAN-5, C08
    @Test func `A sink whose window is full flushes earlier, which is pressure and not a trigger`() throws {
        for trigger in [Int.max, 25] {
            let sink = RecordingSink<Int>(confirmation: .flush, window: 10, mayBlock: true)
            let report = try simulate { _ in
                let pipeline = Pipeline("window").root(ListSource(0..<95)).to(sink)
                return trigger == .max ? pipeline : pipeline.trigger(each: trigger)
            }
            #expect(Self.flushSizes(sink) == Array(repeating: 10, count: 9) + [5])
            #expect(report.stage("RecordingSink")?.pressed == 9)
            #expect(report.stage("RecordingSink")?.triggered == 1)
        }
    }

    // C08, S-ACK-3
    @Test func `A write-through sink without a trigger is committed behind while the run goes on`() throws {
        let commits = CommitLog()
        let source = ScriptedSource<Int>([.elements(Array(0..<30))], isBounded: false, commits: commits)
        let sink = RecordingSink<Int>()
        let (offset, flushes) = try simulate { _ in
            Pipeline("through").root(source).to(sink)
        } while: { scheduler, run in
            scheduler.sleep(for: .seconds(1))
            let seen = (commits.position(in: "0")?.offset, sink.log.flushes)
            run.stop()
            _ = try run.wait()
            return seen
        }
        #expect(offset == 30)
        #expect(flushes == 0)
        #expect(sink.log.flushes == 1)
    }

    // C08
    @Test(arguments: Confirming.all)
    func `At a limit a sink without a trigger flushes once`(_ confirming: Confirming) throws {
        let sink = confirming.make()
        let report = try simulate { _ in
            Pipeline("limited").root(GeneratorSource { Int($0) }).map { $0 }.par(2).limit(77).to(sink)
        }
        #expect(Self.flushSizes(sink) == [77])
        #expect(report.offset == 77)
    }

    // S-TRG-1
    @Test func `A sink that holds back gets a trigger of a second where the source never ends`() throws {
        let sink = RecordingSink<Int>(confirmation: .flush)
        let source = ScriptedSource<Int>([.elements([1])], isBounded: false)
        let pipeline = Pipeline("endless").root(source).to(sink)
        #expect(try pipeline.plan().description.contains("trigger by default"))
        let times = try simulate { _ in
            pipeline
        } while: { scheduler, run in
            scheduler.sleep(for: .seconds(5))
            let times = Self.flushTimes(sink)
            run.stop()
            _ = try run.wait()
            return times
        }
        #expect(times.count == 1)
        #expect((1000...1005).contains(times.first ?? 0))
    }

    // S-TRG-2, C09
    @Test("A fold with a timer emits at whole periods, and only if something changed", arguments: [1, 2, 3])
    func emitsInTime(par: Int) throws {
        let sink = RecordingSink<Int>()
        let source = ScriptedSource<Int>([
            .elements([1]), .wait(.milliseconds(130)), .elements([2]), .wait(.milliseconds(20)), .elements([3]),
            .wait(.milliseconds(300)), .elements([4]), .wait(.milliseconds(10)),
        ])
        try simulate { _ in
            Pipeline("fold").root(source).map { $0 }.par(par).fold(into: 0) { $0 += $1 }
                .trigger(every: .milliseconds(100)).to(sink)
        }
        #expect(sink.elements == [1, 6, 10])
        let times = Self.milliseconds(
            sink.log.entries.filter { if case .wrote = $0.event { true } else { false } }.map(\.time))
        #expect((99...103).contains(times[0]))
        #expect((199...203).contains(times[1]))
        // The last one is that of the end.
        #expect((459...465).contains(times[2]))
    }

    // S-TRG-2, S-DEC-1
    @Test func `A fold runs on, or starts anew after each emission, and emits the rest at the end`() throws {
        for (isResetting, expected) in [(false, [6, 21, 28]), (true, [6, 15, 7])] {
            let sink = CollectSink<Int>()
            try simulate { _ in
                Pipeline("fold").root(ListSource(1...7)).fold(0, resetting: isResetting) { $0 + $1 }.trigger(each: 3)
                    .to(sink)
            }
            #expect(sink.elements == expected)
        }
        let counts = CollectSink<Int>()
        try simulate { _ in
            Pipeline("count").root(ListSource(1...6)).count(resetting: true).trigger(each: 3).to(counts)
        }
        // Nothing changed after the last emission, so there is none at the end.
        #expect(counts.elements == [3, 3])
    }

    // S-TRG-2, C13
    @Test func `Folds stand behind each other`() throws {
        let sink = CollectSink<Int>()
        let report = try simulate { _ in
            Pipeline("folds").root(ListSource(1...100)).map { $0 }.par(2).fold(into: 0) { $0 += $1 }.trigger(each: 10)
                .count().trigger(each: 4).to(sink)
        }
        #expect(sink.elements == [4, 8, 10])
        #expect(report.offset == 100)
    }

    // S-TRG-2
    @Test func `A fold emits after so many bytes`() throws {
        let sink = CollectSink<Int>()
        try simulate { _ in
            Pipeline("bytes").root(ListSource(["1234", "56", "789012345678", "9"])).count(resetting: true)
                .trigger(bytes: 6).to(sink)
        }
        #expect(sink.elements == [2, 1, 1])
    }
}
