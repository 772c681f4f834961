import Connect
import ConnectTesting
import Testing

@Suite struct ThrottleTests {
    /// Whether the throttle stands on the root, behind workers or in a segment behind.
    private static let places: [Shape] = [
        Shape("on the root", { def, per in def.throttle(per, per: .seconds(1)) }, { [$0] }),
        Shape("on a map", { $0.map { $0 }.throttle($1, per: .seconds(1)) }, { [$0] }),
        Shape("behind workers", { $0.map { $0 }.par(4).throttle($1, per: .seconds(1)) }, { [$0] }),
        Shape(
            "in a segment behind", { $0.map { $0 }.buffer(5).throttle($1, per: .seconds(1)).map { $0 }.buffer(5) },
            { [$0] }),
    ]

    // Case 42
    @Test("A throttle lets its rate through", arguments: places, [100, 3000, 100_000])
    func keepsRate(_ place: Shape, rate: Int) throws {
        let sink = RecordingSink<Int>()
        let duration = rate > 10_000 ? 1 : 10
        let count = rate * duration
        let report = try simulate { _ in
            place.declare(Pipeline("rate").root(GeneratorSource { Int($0) }), rate).to(sink)
        } while: { scheduler, run in
            scheduler.sleep(for: .seconds(duration))
            let written = sink.elements.count
            run.stop()
            #expect(written >= count * 95 / 100 && written <= count * 105 / 100)
            return try run.wait()
        }
        // What was under way when it was stopped comes at the same rate.
        #expect(sink.elements == Array(0..<sink.elements.count))
        #expect(report.offset == Int64(sink.elements.count))
    }

    // Case 42
    @Test("What a stalled source did not use is gone: there is no burst", arguments: places)
    func neverBursts(_ place: Shape) throws {
        let sink = RecordingSink<Int>()
        let source = ScriptedSource<Int>(
            [.elements(Array(0..<200)), .wait(.seconds(5)), .elements(Array(200..<400))])
        try simulate { _ in place.declare(Pipeline("burst").root(source), 100).to(sink) }
        #expect(sink.elements == Array(0..<400))
        let times = sink.log.entries.flatMap { entry in
            if case .wrote(let range) = entry.event { range.map { _ in entry.time } } else { [MonotonicTime]() }
        }
        for (earlier, later) in zip(times, times.dropFirst()) {
            #expect(later.elapsed(since: earlier) > .milliseconds(9))
        }
        #expect(times[399].elapsed(since: times[200]) < .milliseconds(2050))
    }

    // Case 42
    @Test("What the stages behind held up is made up for, but at most 50 ms of it", arguments: places)
    func makesUp(_ place: Shape) throws {
        // Every tenth write takes three places in time, and one takes very long.
        let times = Shared<[MonotonicTime]>([])
        try simulate { scheduler in
            place.declare(Pipeline("late").root(ListSource(0..<1000)), 100).map { number in
                times.change { $0.append(scheduler.now) }
                let isLong = number == 500
                if number % 10 == 0 { scheduler.sleep(for: isLong ? .seconds(1) : .milliseconds(30)) }
                return number
            }.buffer(1).to(CollectSink())
        }
        let all = times.value
        let first = all[499].elapsed(since: all[0])
        #expect(first > .milliseconds(4900) && first < .milliseconds(5200), "\(first)")
        // Behind the long one come the five that were due in the last 50 ms, and those of the buffers.
        let burst = all.dropFirst(501).prefix { $0.elapsed(since: all[501]) < .milliseconds(9) }.count
        #expect(burst <= 5 + 12, "\(burst)")
        #expect(all[999].elapsed(since: all[501]) > .milliseconds(4700))
    }

    // Case 42, S-TRG-1: what waits for its time does not keep timers behind from firing.
    @Test(arguments: places)
    func `A throttle does not keep the timers behind it from firing`(_ place: Shape) throws {
        let sink = RecordingSink<Int>(confirmation: .flush)
        try simulate { _ in
            place.declare(Pipeline("timers").root(ListSource(0..<6)), 1).to(sink).trigger(every: .milliseconds(100))
        }
        // Each element is flushed a tenth of a second after it was written, long before the next.
        #expect(sink.log.flushes == 6)
        for (write, flush) in zip(sink.log.entries.dropFirst(), sink.log.entries.dropFirst(2)) {
            guard case .wrote = write.event else { continue }
            if flush.event == .flushed { #expect(flush.time.elapsed(since: write.time) <= .milliseconds(105)) }
        }
    }

    // S-END-4: a stop does not wait for places in time that are far away.
    @Test func `An abort ends a wait for the next place in time`() throws {
        var limits = SeededScheduler.Limits()
        limits.threadsMustEnd = false
        let passed = try simulate(limits: limits) { _ in
            Pipeline("far").root(ListSource(0..<10)).throttle(1, per: .seconds(3600)).to(CollectSink<Int>())
        } while: { scheduler, run in
            scheduler.sleep(for: .seconds(1))
            let before = scheduler.now
            run.abort()
            _ = Result { try run.wait() }
            return scheduler.now.elapsed(since: before)
        }
        #expect(passed < .seconds(1))
    }
}
