import Connect
import ConnectTesting
import CoreMetrics
import MetricsTestKit
import Testing

/// What a run publishes once it is over: counts, and the list of all names.
@Suite struct MetricsTests {
    // A few are too long to be copied into a batch's own buffer.
    private static let words = (0..<500).map { String(repeating: "x", count: $0 % 50 == 3 ? 1500 : $0 % 7) }
    private static let evenWords = words.filter { $0.utf8.count.isMultiple(of: 2) }

    private static func bytes(_ words: [String]) -> Int { words.reduce(0) { $0 + $1.utf8.count } }

    // S-ERR-1, S-TRG-1, S-ACK-4
    @Test func `What is published is what the documentation lists, with the same labels`() throws {
        let metrics = TestMetrics()
        let letters = CollectSink<DeadLetter>()
        try simulate(options: { $0.metrics = metrics }) { _ in
            Pipeline("all").root(BelatedSource(count: 50, delay: .seconds(5))).filter { $0 != 7 }
                .map { element in
                    if element == 9 { throw Broken(element: element) }
                    return element
                }.par(2).onError(.retry(max: 1, backoff: .seconds(1), otherwise: .deadLetter(letters)))
                .fold(into: 0) { $0 += $1 }.trigger(each: 10).to(RecordingSink<Int>()).memory(.mebibytes(1))
        }
        let documented = try DocumentedMetrics.labelsByName()
        #expect(documented.count > 20)
        #expect(metrics.labelsByName == documented.mapValues { [$0] })
        for counter in metrics.counters {
            let labels = Dictionary(uniqueKeysWithValues: counter.dimensions)
            #expect(labels["pipeline"] == "all")
            let kinds = ["BelatedSource": "source", "RecordingSink": "sink"]
            #expect(labels["component_kind"] == kinds[labels["component_id"] ?? ""] ?? "transform")
            #expect(labels["component_type"]?.isEmpty == false)
        }
    }

    // S-ORD-1, S-MEM-1
    @Test("Elements and their bytes are counted at every stage, of every type of element", arguments: [1, 3])
    func counts(par: Int) throws {
        let metrics = TestMetrics()
        try simulate(options: {
            $0.metrics = metrics
            $0.batchCapacity = 64
        }) { _ in
            Pipeline("counts").root(ListSource(Self.words)).named("words")
                .filter { $0.utf8.count.isMultiple(of: 2) }.par(par).named("even")
                .map { Bytes($0) }.buffer(10).named("encode")
                .filter { $0.count != 2 }.named("not two")
                .map { $0 }.buffer(7).named("same")
                .flatMap { [$0, $0] }.par(par).named("twice")
                .map { $0.count }.named("length").to(RecordingSink<Int>())
        }
        let all = Self.words
        let even = Self.evenWords
        let left = even.filter { $0.utf8.count != 2 }
        let doubled = left + left
        let stride = MemoryLayout<Int>.stride
        let expected: [(String, in: (Int, bytes: Int), out: (Int, bytes: Int))] = [
            ("words", (all.count, Self.bytes(all)), (all.count, Self.bytes(all))),
            ("even", (all.count, Self.bytes(all)), (even.count, Self.bytes(even))),
            ("encode", (even.count, Self.bytes(even)), (even.count, Self.bytes(even))),
            ("not two", (even.count, Self.bytes(even)), (left.count, Self.bytes(left))),
            ("same", (left.count, Self.bytes(left)), (left.count, Self.bytes(left))),
            ("twice", (left.count, Self.bytes(left)), (doubled.count, Self.bytes(doubled))),
            ("length", (doubled.count, Self.bytes(doubled)), (doubled.count, doubled.count * stride)),
            ("RecordingSink", (doubled.count, doubled.count * stride), (doubled.count, doubled.count * stride)),
        ]
        for (stage, input, output) in expected {
            #expect(metrics.total("component_received_events_total", of: stage) == input.0, "\(stage)")
            #expect(metrics.total("component_received_event_bytes_total", of: stage) == input.bytes, "\(stage)")
            #expect(metrics.total("component_sent_events_total", of: stage) == output.0, "\(stage)")
            #expect(metrics.total("component_sent_event_bytes_total", of: stage) == output.bytes, "\(stage)")
        }
        let discarded = "component_discarded_events_total"
        #expect(metrics.total(discarded, of: "even", ("intentional", "true")) == all.count - even.count)
        #expect(metrics.total(discarded, of: "not two", ("intentional", "true")) == even.count - left.count)
        #expect(metrics.counterTotal(label: discarded) == all.count - left.count)
        #expect(metrics.counterTotal(label: "component_errors_total") == 0)
    }

    // S-ERR-1
    @Test func `Errors, repetitions, dead letters and what is left out are counted where they happen`() throws {
        let metrics = TestMetrics()
        let letters = CollectSink<DeadLetter>()
        let check: @Sendable (Int, Int) throws -> Void = { element, modulus in
            if element % modulus == 0 { throw Broken(element: element) }
        }
        try simulate(options: { $0.metrics = metrics }) { _ in
            Pipeline("errors").root(ListSource(1...100))
                .filter { element in
                    try check(element, 10)
                    return element % 2 == 1
                }.onError(.skip).named("skips")
                .map { element in
                    try check(element, 25)
                    return element
                }.onError(.retry(max: 3, backoff: .seconds(1), otherwise: .deadLetter(letters))).named("writes letters")
                .to(RecordingSink<Int>())
        }
        let errors = "component_errors_total"
        let processing = [("error_type", "stage_failed"), ("stage", "processing")]
        #expect(metrics.total(errors, of: "skips", processing[0], processing[1]) == 10)
        #expect(metrics.total("component_discarded_events_total", of: "skips", ("intentional", "false")) == 10)
        #expect(metrics.total("component_discarded_events_total", of: "skips", ("intentional", "true")) == 40)
        // Of the odd numbers 25 and 75.
        #expect(letters.elements.count == 2)
        #expect(metrics.total(errors, of: "writes letters", processing[0], processing[1]) == 2)
        #expect(metrics.total("dlq_events_total", of: "writes letters") == 2)
        #expect(metrics.total("retries_total", of: "writes letters") == 6)
        #expect(metrics.counterTotal(label: errors) == 12)
        #expect(metrics.counterTotal(label: "dlq_events_total") == 2)
        #expect(metrics.counterTotal(label: "retries_total") == 6)
    }

    // S-ERR-2
    @Test func `Failures of the source, the sink and the checkpoint are errors of their own`() throws {
        let source = TestMetrics()
        #expect(throws: PipelineError.self) {
            try simulate(options: { $0.metrics = source }) { _ in
                Pipeline("source").root(ScriptedSource<Int>([.elements([1]), .fail(Broken())])).to(CollectSink())
            }
        }
        let receiving = [("error_type", "source_failed"), ("stage", "receiving")]
        #expect(source.total("component_errors_total", of: "ScriptedSource", receiving[0], receiving[1]) == 1)
        #expect(source.counterTotal(label: "component_errors_total") == 1)

        let sink = TestMetrics()
        var behaviour = RecordingSink<Int>.Behaviour()
        behaviour.failingWrite = 0
        let failing = RecordingSink<Int>(behaviour: behaviour)
        #expect(throws: PipelineError.self) {
            try simulate(options: { $0.metrics = sink }) { _ in
                Pipeline("sink").root(ListSource(0..<10)).to(failing)
            }
        }
        let sending = [("error_type", "sink_failed"), ("stage", "sending")]
        #expect(sink.total("component_errors_total", of: "RecordingSink", sending[0], sending[1]) == 1)
        #expect(sink.counterTotal(label: "component_errors_total") == 1)

        let commits = TestMetrics()
        let store = RecordingCheckpointStore()
        store.failNext(2)
        try simulate(options: {
            $0.metrics = commits
            $0.checkpoints = store
        }) { _ in
            Pipeline("commits").root(ListSource(0..<10)).to(CollectSink())
        }
        let committing = [("error_type", "checkpoint_failed"), ("stage", "committing")]
        #expect(commits.total("component_errors_total", of: "ListSource", committing[0], committing[1]) == 2)
        #expect(commits.counterTotal(label: "component_errors_total") == 2)
    }

    // S-TRG-1, S-TRG-2
    @Test func `Flushes and emissions are counted by what brought them about`() throws {
        let counted = TestMetrics()
        try simulate(options: { $0.metrics = counted }) { _ in
            Pipeline("each").root(ListSource(0..<25)).fold(into: 0) { $0 += $1 }.trigger(each: 5).named("sum")
                .to(RecordingSink<Int>(confirmation: .flush)).trigger(each: 2)
        }
        #expect(counted.total("batches_total", of: "sum", ("trigger", "each")) == 5)
        #expect(counted.total("batches_total", of: "RecordingSink", ("trigger", "each")) == 2)
        #expect(counted.total("batches_total", of: "RecordingSink", ("trigger", "end")) == 1)
        #expect(counted.counterTotal(label: "batches_total") == 8)

        let timed = TestMetrics()
        let source = ScriptedSource<Int>([.elements([1]), .wait(.seconds(10)), .elements([2]), .wait(.seconds(10))])
        try simulate(options: { $0.metrics = timed }) { _ in
            Pipeline("every").root(source).to(RecordingSink<Int>(confirmation: .flush)).trigger(every: .seconds(1))
        }
        #expect(timed.total("batches_total", of: "RecordingSink", ("trigger", "every")) == 2)
        #expect(timed.counterTotal(label: "batches_total") == 2)

        let sized = TestMetrics()
        try simulate(options: { $0.metrics = sized }) { _ in
            Pipeline("bytes").root(ListSource(["123456", "1234567", "1234"]))
                .to(RecordingSink<String>(confirmation: .flush)).trigger(bytes: 17)
        }
        #expect(sized.total("batches_total", of: "RecordingSink", ("trigger", "bytes")) == 1)
        #expect(sized.counterTotal(label: "batches_total") == 1)
    }

    // S-ACK-2
    @Test func `Of a source of very many partitions only a hundred are published`() throws {
        let metrics = TestMetrics()
        let steps = (0..<150).map { ScriptedSource<Int>.Step.elements([1, 2], partition: "part-\($0)") }
        let report = try simulate(options: { $0.metrics = metrics }) { _ in
            Pipeline("parts").root(ScriptedSource<Int>(steps)).to(CollectSink())
        }
        #expect(report.committed.count == 150)
        let published = metrics.recorders(label: "checkpoint_committed_position")
        #expect(published.count == 100)
        #expect(published.allSatisfy { $0.lastValue == 2 })
    }

    // S-MEM-3
    @Test func `Without a metrics system a run does nothing for metrics`() throws {
        func steps(_ factory: (any MetricsFactory)?) throws -> Int {
            // Which thread runs when makes some steps more or less: on few threads, over some seeds, it does not count.
            try (1...10).reduce(0) { sum, seed in
                try sum
                    + simulate(seed: seed, options: { $0.metrics = factory }) { _ in
                        Pipeline("none").root(ListSource(0..<1000)).map { $0 }.to(CollectSink())
                    } while: { scheduler, run in
                        _ = try run.wait()
                        return scheduler.effort.steps
                    }
            }
        }
        let without = try steps(nil)
        #expect(try steps(NOOPMetricsHandler.instance) == without)
        #expect(try steps(TestMetrics()) > without)
    }

    // S-TRG-3
    @Test func `The time of day is that of the system, and in a simulation as virtual as all time`() throws {
        let year = Int64(365 * 24 * 3600) * 1_000_000_000
        let now = SystemScheduler.shared.timeOfDay.nanosecondsSinceEpoch
        #expect(now > 50 * year && now < 250 * year)
        let (before, after) = try SeededScheduler.run(seed: 1) { scheduler in
            let before = scheduler.timeOfDay
            scheduler.sleep(for: .seconds(3600))
            return (before, scheduler.timeOfDay)
        }
        #expect(after.millisecondsSinceEpoch - before.millisecondsSinceEpoch >= 3_600_000)
        #expect(after.millisecondsSinceEpoch < 3_700_000)
    }
}
