import Connect
import ConnectTesting
import Testing

@Suite struct EndTests {
    // S-END-1, S-END-2, C10, case 23
    @Test(
        "Every kind of stage with any number of workers comes to its end with everything out",
        arguments: Placed.all(par: [1, 2, 8]), [0, 1, 2, 1000])
    func ends(_ placed: Placed, count: Int) throws {
        let sink = CollectSink<Int>()
        let report = try simulate(seed: UInt64(count + placed.par)) { _ in
            placed.shape.declare(Pipeline("end").root(ListSource(0..<count)), placed.par).to(sink)
        }
        #expect(sink.elements == placed.shape.outputs(of: 0..<count))
        #expect(report.offset == (count == 0 ? nil : Int64(count)))
        #expect(!report.wasStopped)
    }

    // S-END-1, C10, case 23
    @Test(
        "Every kind of stage takes a hundred thousand elements on real threads",
        arguments: Placed.all(par: [1, 2, 8]))
    func endsAfterMany(_ placed: Placed) async throws {
        let sink = SumSink()
        let report = try await placed.shape.declare(Pipeline("many").root(ListSource(0..<100_000)), placed.par).to(sink)
            .run(.quiet())
        let expected = placed.shape.outputs(of: 0..<100_000)
        #expect(sink.total.value.count == expected.count)
        #expect(sink.total.value.sum == expected.reduce(0, +))
        #expect(report.offset == 100_000)
    }

    // S-END-1, S-TRG-2, C10, C13, case 23
    @Test(
        "Folds, asynchronous calls and throttles come to their end with everything out",
        arguments: [1, 2, 8], [0, 1, 2, 1000, 100_000])
    func endsBehindFolds(par: Int, count: Int) async throws {
        let (sink, counts, results) = (CollectSink<Int>(), CollectSink<Int>(), SumSink())
        let source = Pipeline("folds").root(ListSource(0..<count)).map { $0 }.par(par)
        let whole = count * (count - 1) / 2
        let reports = [
            try await source.fold(into: 0) { $0 += $1 }.trigger(each: 300).to(sink).run(.quiet()),
            try await source.count(resetting: true).trigger(each: 7).fold(into: 0) { $0 += $1 }.trigger(each: .max)
                .to(counts).run(.quiet()),
            try await source.throttle(10_000_000, per: .seconds(1)).map { $0 }.par(par).limit(max(1, count))
                .to(results).run(.quiet()),
        ]
        #expect(sink.elements.count == (count + 299) / 300)
        #expect(sink.elements.last ?? 0 == whole)
        #expect(counts.elements == (count == 0 ? [] : [count]))
        #expect(results.total.value.sum == whole)
        for report in reports { #expect(report.offset ?? 0 == Int64(count)) }
        guard count <= 1000 else { return }
        let called = CollectSink<Int>()
        try await source.mapAsync(maxInFlight: par) { $0 }.to(called).run(.quiet())
        #expect(called.elements == Array(0..<count))
    }

    // S-END-1, C10: sizes around a bound.
    @Test(arguments: [1, 2, 3, 16] as [Int], [1, 2, 3, 4] as [UInt64])
    func `Inputs of the size of a buffer, and one more or less, come to their end`(buffer: Int, seed: UInt64) throws {
        for count in [0, 1, buffer - 1, buffer, buffer + 1, 3 * buffer + 1] {
            for shape in Shape.all {
                let sink = CollectSink<Int>()
                let report = try simulate(seed: seed) { _ in
                    shape.declare(Pipeline("around").root(ListSource(0..<count)).map { $0 }.buffer(buffer), 2)
                        .to(sink).buffer(buffer)
                }
                #expect(sink.elements == shape.outputs(of: 0..<count))
                #expect(report.offset ?? 0 == Int64(count))
            }
        }
    }

    // S-END-1: after everything is done sinks are flushed and closed, and then comes the last commit.
    @Test(arguments: Confirming.all)
    func `At the end the sink is flushed, closed, and then the last commit is made`(_ sink: Confirming) throws {
        let order = Shared<[String]>([])
        let commits = CommitLog(onCommit: { positions in
            order.change { $0.append("commit \(positions[0].offset)") }
        })
        let recording = sink.make { event in
            switch event {
            case .flushed: order.change { $0.append("flush") }
            case .closed(let succeeded): order.change { $0.append("close \(succeeded)") }
            default: break
            }
        }
        let source = ScriptedSource<Int>([.elements(Array(0..<50))], commits: commits)
        try simulate(options: { $0.checkpointEvery = .seconds(100) }) { _ in
            Pipeline("last").root(source).map { $0 }.par(2).to(recording)
        }
        #expect(order.value == ["flush", "close true", "commit 50"])
        #expect(source.log.closes == 1)
        #expect(recording.log.confirmed.allSatisfy { $0 })
    }

    // S-END-2
    @Test(arguments: Confirming.all)
    func `An empty source completes: the sink is opened and closed, and never flushed`(_ sink: Confirming) throws {
        let recording = sink.make()
        let report = try simulate { _ in
            Pipeline("empty").root(ListSource([Int]())).map { $0 }.par(3).fold(into: 0) { $0 += $1 }.trigger(each: 1)
                .to(recording).trigger(each: 1).trigger(every: .seconds(1))
        }
        #expect(recording.log.entries.map(\.event) == [.opened, .closed(succeeded: true)])
        #expect(report.commits == 0)
    }

    // Case 27
    @Test func `Two pipelines of one process end independently of each other`() throws {
        let (small, large) = (CollectSink<Int>(), CollectSink<Int>())
        try SeededScheduler.run(seed: 4) { scheduler in
            let options = RunOptions.quiet(on: scheduler)
            let endless = try PipelineRun(
                Pipeline("endless").root(GeneratorSource(rate: 1000) { Int($0) }).to(large), options)
            // Case 29: the end of the bounded one is told while the other goes on.
            let report = try PipelineRun(Pipeline("small").root(ListSource(0..<10)).to(small), options).wait()
            #expect(report.offset == 10)
            let before = large.elements.count
            scheduler.sleep(for: .seconds(1))
            #expect(large.elements.count > before + 500)
            endless.stop()
            #expect(try endless.wait().wasStopped)
        }
        #expect(small.elements == Array(0..<10))
        #expect(large.elements == Array(0..<large.elements.count))
    }
}

/// A sink by what confirms its elements, and whether it has a thread of its own.
struct Confirming: Sendable, CustomTestStringConvertible {
    let confirmation: SinkDescriptor.Confirmation
    var mayBlock = false
    var confirmations = RecordingSink<Int>.Confirmations.atOnce

    var testDescription: String { "\(confirmation), mayBlock \(mayBlock)" }

    static let all = [SinkDescriptor.Confirmation.write, .flush, .close, .acknowledgement].flatMap { confirmation in
        [false, true].map { Confirming(confirmation: confirmation, mayBlock: $0) }
    }

    func make(
        window: Int? = nil, behaviour: RecordingSink<Int>.Behaviour = RecordingSink<Int>.Behaviour(),
        onEvent: @escaping @Sendable (SinkLog<Int>.Event) -> Void = { _ in }
    ) -> RecordingSink<Int> {
        RecordingSink(
            confirmation: confirmation, window: window, mayBlock: mayBlock, confirmations: confirmations,
            behaviour: behaviour, onEvent: onEvent)
    }
}

/// Adds up what it is given.
struct SumSink: Sink {
    struct Total: Sendable {
        var count = 0
        var sum = 0
        var flushes = 0
    }

    let total = Shared(Total())
    var confirmation = SinkDescriptor.Confirmation.write

    var descriptor: SinkDescriptor {
        SinkDescriptor(kind: "SumSink", confirmation: confirmation, mayBlock: false)
    }

    func makeWriter() -> Writer { Writer(total: total) }

    struct Writer: SinkWriter {
        let total: Shared<Total>

        mutating func write(_ batch: borrowing Batch<Int>, _ acknowledgement: consuming SinkAcknowledgement) throws {
            var sum = 0
            for index in 0..<batch.count { sum += batch[index] }
            let count = batch.count
            total.change { total in
                total.count += count
                total.sum += sum
            }
            acknowledgement.end()
        }

        mutating func flush() throws { total.change { $0.flushes += 1 } }
    }
}
