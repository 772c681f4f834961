import Connect
import ConnectTesting
import Logging
import Testing

@Suite struct BackpressureTests {
    /// Counts what is between the source and the sink, and remembers the most.
    private final class Gauge: Sendable {
        private let state = Shared((now: 0, most: 0, total: 0))

        var most: Int { state.value.most }
        var total: Int { state.value.total }

        func add(_ count: Int) {
            state.change { state in
                state.now += count
                state.total += max(0, count)
                state.most = max(state.most, state.now)
            }
        }
    }

    // S-MEM-1, S-MEM-2
    @Test(
        "A slow sink slows the source: what is under way is bounded by the buffers", arguments: [1, 2, 10, 100], [1, 4])
    func bounds(buffer: Int, par: Int) throws {
        let gauge = Gauge()
        let sink = RecordingSink<Int>(mayBlock: true) { event in
            if case .wrote(let range) = event { gauge.add(-range.count) }
        }
        try simulate { scheduler in
            Pipeline("bounded").root(
                GeneratorSource(count: 1000) { number in
                    gauge.add(1)
                    return Int(number)
                }
            ).map { $0 }.par(par).buffer(buffer).map { element in
                scheduler.sleep(for: .milliseconds(1))
                return element
            }.to(sink).buffer(buffer)
        }
        #expect(sink.elements == Array(0..<1000))
        // In each of the two buffers, and in the hands of the source, a batch of that size.
        #expect(gauge.most <= 3 * buffer + par)
    }

    // S-MEM-1
    @Test func `Without a buffer of its own a slow stage holds up the source as well`() throws {
        let gauge = Gauge()
        let sink = RecordingSink<Int>(mayBlock: true) { event in
            if case .wrote(let range) = event { gauge.add(-range.count) }
        }
        let done = try simulate(options: { $0.batchCapacity = 16 }) { scheduler in
            Pipeline("default").root(
                GeneratorSource { number in
                    gauge.add(1)
                    return Int(number)
                }
            ).map { element in
                scheduler.sleep(for: .milliseconds(5))
                return element
            }.par(2).to(sink)
        } while: { scheduler, run in
            scheduler.sleep(for: .seconds(2))
            run.stop()
            return try run.wait()
        }
        #expect(done.offset == Int64(gauge.total))
        #expect(sink.elements == Array(0..<gauge.total))
        #expect(gauge.most <= 16 * 16)
    }

    // S-MEM-2, case 47
    @Test("Buffers of one element, and of a billion, work", arguments: [1, 1_000_000_000])
    func extremes(buffer: Int) throws {
        for shape in Shape.all {
            let sink = CollectSink<Int>()
            let report = try simulate(seed: 2) { _ in
                shape.declare(Pipeline("extreme").root(ListSource(0..<60)).map { $0 }.buffer(buffer), 3)
                    .map { $0 }.buffer(buffer).to(sink).buffer(buffer)
            }
            #expect(sink.elements == shape.outputs(of: 0..<60))
            #expect(report.offset == 60)
        }
    }

    // S-MEM-2, S-ACK-1, S-PLAN-5, C07
    @Test func `One element becomes a hundred thousand in the narrowest of pipelines`() async throws {
        let sink = SumSink(confirmation: .flush)
        let report = try await Pipeline("narrow").root(ListSource(0..<2)).flatMap { _ in 0..<100_000 }.par(4).buffer(1)
            .to(sink).buffer(1).trigger(each: 1).run(.quiet())
        #expect(sink.total.value.count == 200_000)
        #expect(sink.total.value.flushes == 200_000)
        #expect(report.offset == 2)
    }

    // S-MEM-2, S-ACK-5
    @Test("A fold that emits only at the end holds a few tokens, however much it takes in", arguments: [1, 3])
    func holdsFewTokens(par: Int) async throws {
        let sink = CollectSink<Int>()
        let run = Shared<PipelineRun?>(nil)
        let most = Shared(0)
        var options = RunOptions.quiet()
        options.batchCapacity = 64
        let pipeline = Pipeline("fold").root(ListSource(0..<1_000_000)).map { $0 }.par(par)
            .fold(into: 0) { sum, element in
                sum += element
                if element % 1000 == 0, let pending = run.value?.pendingBatches {
                    most.change { $0 = max($0, pending) }
                }
            }.trigger(each: .max).to(sink)
        let started = try PipelineRun(pipeline, options)
        run.change { $0 = started }
        let report = try await started.value()
        #expect(sink.elements == [1_000_000 * 999_999 / 2])
        #expect(report.offset == 1_000_000)
        #expect(most.value > 0, "nothing was measured")
        // Two that are held, and those in the channels and in the workers' hands.
        #expect(most.value <= 40)
    }

    // S-MEM-2
    @Test func `The byte budget bounds what is under way, whatever the buffers would hold`() throws {
        let gauge = Gauge()
        let sink = SlowBytes(gauge: { gauge.add(-$0) })
        let report = try simulate { _ in
            Pipeline("budget").root(
                GeneratorSource(count: 500) { _ in
                    gauge.add(50_000)
                    return Bytes([UInt8](repeating: 7, count: 50_000))
                }
            ).map { $0 }.buffer(10_000).map { $0 }.par(2).to(sink).memory(.mebibytes(1))
        }
        #expect(report.offset == 500)
        #expect(gauge.total == 500 * 50_000)
        // The budget, and what is in the hands of the threads: a batch of 64 KiB for each.
        #expect(gauge.most <= 1 << 20 + 6 * 120_000)
    }

    // S-MEM-3
    @Test("An element goes through at once, without a full batch", arguments: Shape.all.filter { !$0.model(7).isEmpty })
    func latency(_ shape: Shape) throws {
        let times = Shared<[MonotonicTime]>([])
        let sink = RecordingSink<Int>(mayBlock: true)
        try simulate { scheduler in
            let source = ScriptedSource<Int>(
                [.elements([7]), .wait(.seconds(1)), .elements([7]), .wait(.seconds(1)), .elements([7])])
            let noted = Pipeline("latency").root(source).map { element in
                times.change { $0.append(scheduler.now) }
                return element
            }
            return shape.declare(noted, 4).map { $0 }.buffer(100).to(sink)
        }
        let writes = sink.log.entries.filter { if case .wrote = $0.event { true } else { false } }
        for time in times.value {
            let next = try #require(writes.first { $0.time >= time })
            #expect(next.time.elapsed(since: time) < .milliseconds(5))
        }
    }

    // S-MEM-3
    @Test("What is slow behind a fold, but rare, does not make the source read less at a time", arguments: [1, 3])
    func readsMuch(par: Int) throws {
        let batches = Shared((count: 0, most: 0))
        let sink = CollectSink<Int>()
        try simulate { scheduler in
            Pipeline("rare").root(ListSource(0..<200_000))
                .mapBatch { (batch: borrowing Batch<Int>, output: inout BatchOutput<Int>) in
                    let count = batch.count
                    batches.change { $0 = ($0.count + 1, max($0.most, count)) }
                    // Else all would be read before the first result is through.
                    scheduler.sleep(for: .nanoseconds(100 * count))
                    for index in 0..<count { try output.append(batch[index], from: index) }
                }.par(par)
                .fold(into: 0) { $0 += $1 }.trigger(each: 1000)
                .map { $0 }.buffer(5000)
                .map { sum in
                    scheduler.sleep(for: .microseconds(100))
                    return sum
                }.to(sink)
        }
        #expect(sink.elements.count == 200)
        let capacity = RunOptions().batchCapacity
        #expect(batches.value.most == capacity)
        // Not only at first: whole batches, but for those by which the size grows.
        #expect(batches.value.count <= 200_000 / capacity + 30)
    }

    // S-MEM-3
    @Test("What is slow for each element makes the source read few at a time", arguments: [1, 3])
    func readsLittle(par: Int) throws {
        let most = Shared(0)
        let sink = CollectSink<Int>()
        try simulate { scheduler in
            Pipeline("slow").root(ListSource(0..<2000))
                .mapBatch { (batch: borrowing Batch<Int>, output: inout BatchOutput<Int>) in
                    let count = batch.count
                    most.change { $0 = max($0, count) }
                    for index in 0..<count { try output.append(batch[index], from: index) }
                }
                .map { element in
                    scheduler.sleep(for: .microseconds(500))
                    return element
                }.par(par).to(sink)
        }
        #expect(sink.elements == Array(0..<2000))
        #expect(most.value <= 64)
    }

    // S-MEM-4
    @Test func `When nothing moves a report names the stage and the position that hold the line, once`() throws {
        let log = Shared<[String]>([])
        try simulate(options: {
            $0.stallTimeout = .seconds(10)
            $0.logger = Logger(label: "test") { _ in NotingLogs(log: log) }
        }) { scheduler in
            Pipeline("stalled").root(ListSource(0..<100)).map { $0 }.named("quick").map { element in
                if element == 42 { scheduler.sleep(for: .seconds(60)) }
                return element
            }.named("stuck").buffer(10).map { $0 }.buffer(10).to(CollectSink())
        }
        let reports = log.value.filter { $0.contains("stalled:") }
        #expect(reports.count == 1)
        #expect(reports.first?.contains("stage \"stuck\"") == true)
        #expect(reports.first?.contains("0@") == true)
    }

    // S-MEM-4
    @Test func `A source that has nothing is no stall`() throws {
        let log = Shared<[String]>([])
        try simulate(options: {
            $0.stallTimeout = .seconds(10)
            $0.logger = Logger(label: "test") { _ in NotingLogs(log: log) }
        }) { _ in
            Pipeline("idle").root(ScriptedSource<Int>([.elements([1]), .wait(.seconds(100)), .elements([2])]))
                .to(CollectSink())
        }
        #expect(log.value.filter { $0.contains("stalled:") } == [])
    }
}

/// Takes bytes, slowly.
private struct SlowBytes: Sink {
    let gauge: @Sendable (Int) -> Void

    var descriptor: SinkDescriptor { SinkDescriptor(kind: "SlowBytes") }

    func makeWriter() -> Writer { Writer(gauge: gauge) }

    struct Writer: SinkWriter {
        let gauge: @Sendable (Int) -> Void
        var scheduler: (any Scheduler)?

        mutating func open(_ context: SinkContext) throws { scheduler = context.scheduler }

        mutating func write(_ batch: borrowing Batch<Bytes>, _ acknowledgement: consuming SinkAcknowledgement) throws {
            for index in 0..<batch.count {
                scheduler?.sleep(for: .milliseconds(5))
                gauge(batch[index].count)
            }
        }
    }
}

/// Keeps the messages of a logger.
private struct NotingLogs: LogHandler {
    let log: Shared<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        log.change { $0.append("\(event.message)") }
    }
}
