import Connect
import ConnectTesting
import ConnectWatch
import Testing

/// How fast a run goes, as told from two looks at it.
@Suite struct RatesTests {
    /// A run that reads 1000 numbers a second, of which its filter lets every tenth pass.
    private static func looks(at seconds: [Double]) throws -> [RunWatch.Sample] {
        try SeededScheduler.run(seed: 1) { scheduler in
            var options = RunOptions.quiet(on: scheduler)
            options.checkpointEvery = .milliseconds(100)
            let run = try PipelineRun(
                Pipeline("rates").root(GeneratorSource(count: 10_000, rate: 1000) { Int($0) }).named("numbers")
                    .filter { $0.isMultiple(of: 10) }.named("tens")
                    .map { number in
                        scheduler.sleep(for: .milliseconds(6))
                        return number
                    }.named("slow").buffer(50).to(RecordingSink<Int>()), options)
            let watch = RunWatch(run)
            var samples: [RunWatch.Sample] = []
            var now = 0.0
            for second in seconds {
                scheduler.sleep(for: .seconds(second - now))
                now = second
                samples.append(watch.look())
            }
            _ = try run.wait()
            return samples + [watch.look()]
        }
    }

    // S-MEM-4
    @Test func `Rates are those of the last seconds, and tell how long the source will take`() throws {
        let samples = try Self.looks(at: [2, 4, 6])
        for sample in samples.dropLast() {
            #expect(sample.status.stages.map(\.name) == ["numbers", "tens", "slow", "RecordingSink"])
            let rates = sample.rates.stages
            #expect(abs(rates[0].received - 1000) < 50, "\(rates[0])")
            #expect(abs(rates[1].received - 1000) < 50)
            #expect(abs(rates[1].sent - 100) < 10)
            #expect(abs(rates[1].sentBytes - 800) < 80)
            #expect(abs(rates[3].sent - 100) < 10)
            #expect(abs((sample.rates.progress ?? 0) - 1000) < 50)
        }
        let left = try #require(samples[2].rates.timeLeft)
        #expect(abs((left - .seconds(4)) / .seconds(1)) < 0.5)
        #expect(samples.last?.rates.timeLeft == nil)
    }

    // S-MEM-4
    @Test func `The segment whose threads are busiest sets the pace, or else the source`() throws {
        let samples = try Self.looks(at: [3])
        #expect(samples[0].rates.pacingSegment == 1)
        #expect(samples[0].rates.utilization[1] > 0.5 && samples[0].rates.utilization[1] < 0.7)
        var idle = samples[0].status
        for index in idle.segments.indices { idle.segments[index].busy = .zero }
        #expect(RunRates(from: nil, to: idle).pacingSegment == 0)
    }

    @Test func `Two looks at the same moment, and a look before the run is built, divide by nothing`() throws {
        let status = try Self.looks(at: [1])[0].status
        let same = RunRates(from: status, to: status)
        #expect(same.interval == .zero)
        #expect(same.stages.allSatisfy { $0.received == 0 && $0.sent == 0 })
        #expect(same.utilization.allSatisfy { $0 == 0 })
        #expect(same.timeLeft == nil)
        var unbuilt = status
        (unbuilt.stages, unbuilt.segments, unbuilt.elapsed) = ([], [], .zero)
        #expect(RunRates(from: unbuilt, to: status).stages.count == 4)
        #expect(RunRates(from: nil, to: unbuilt).pacingSegment == nil)
    }
}
