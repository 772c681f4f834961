import Connect
import Synchronization

/// One element per millisecond: how long each is under way.
enum LatencyPrograms {
    static func pipeline(_ count: Int, hops: Int) throws -> Measurement.Latency? {
        let sink = LatencySink()
        let stamps = GeneratorSource(count: count, rate: 1000) { _ in ProcessMeter.now }
        // The sink stands in the last segment, so each buffer is one hop.
        var chain = Pipeline("latency").root(stamps)
        for _ in 0..<hops { chain = chain.map { $0 }.buffer(16) }
        try chain.to(sink).measure()
        return sink.latency(perHops: hops)
    }

    /// The same between two plain threads.
    static func threads(_ count: Int) -> Measurement.Latency? {
        let scheduler = SystemScheduler.shared
        let cell = HandOver<UInt64>(scheduler: scheduler)
        let pause = Guarded((), scheduler: scheduler)
        let never = pause.monitor.makeCondition()
        scheduler.spawn(name: "producer") {
            let start = scheduler.now
            for number in 0..<count {
                let due = start.advanced(by: .milliseconds(number))
                pause.waitWithLock { _ in scheduler.now >= due ? .done(()) : .wait(never, until: due) }
                cell.put(ProcessMeter.now)
            }
        }
        var times: [UInt64] = []
        times.reserveCapacity(count)
        for _ in 0..<count {
            let stamp = cell.take()
            times.append(ProcessMeter.now - stamp)
        }
        return latency(&times, perHops: 1)
    }

    static func latency(_ times: inout [UInt64], perHops hops: Int) -> Measurement.Latency? {
        guard !times.isEmpty else { return nil }
        times.sort()
        return Measurement.Latency(
            median: Double(times[times.count / 2]) / Double(hops),
            percentile99: Double(times[times.count * 99 / 100]))
    }
}

/// Takes the times at which elements were made and notes how long ago that was.
struct LatencySink: Sink {
    typealias Input = UInt64

    final class Times: Sendable {
        let values = Mutex<[UInt64]>([])
    }

    let times = Times()

    var descriptor: SinkDescriptor { SinkDescriptor(kind: "LatencySink", mayBlock: false) }

    func makeWriter() -> Writer { Writer(times: times) }

    func latency(perHops hops: Int) -> Measurement.Latency? {
        times.values.withLock { LatencyPrograms.latency(&$0, perHops: hops) }
    }

    struct Writer: SinkWriter {
        let times: Times

        mutating func write(
            _ batch: borrowing Batch<UInt64>, _ acknowledgement: consuming SinkAcknowledgement
        ) throws {
            let now = ProcessMeter.now
            for index in 0..<batch.count {
                let stamp = batch[index]
                times.values.withLock { $0.append(now - stamp) }
            }
        }
    }
}
