import Connect

/// Slow functions in parallel, elements on their way at a slow rate, and one element that becomes very many.
enum ParallelPrograms {
    static let all: [String: Program] = [
        "par-2": { try slow($0, workers: 2) },
        "par-1-loop": { slowLoop($0) },
        "sparse": { try sparse($0) },
        "sparse-loop": { sparseLoop($0) },
        "latency-1": { try LatencyPrograms.pipeline($0, hops: 1) },
        "latency-2": { try LatencyPrograms.pipeline($0, hops: 2) },
        "latency-threads": { LatencyPrograms.threads($0) },
        "multiply": { try multiply($0) },
        "multiply-threads": { handOver($0) },
    ]

    /// About 2 µs of work that no compiler can leave out.
    @inline(never)
    static func work(_ seed: Int) -> Int {
        var state = UInt64(truncatingIfNeeded: seed) | 1
        for _ in 0..<800 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
        }
        return Int(truncatingIfNeeded: state)
    }

    private static func slow(_ count: Int, workers: Int) throws -> Measurement.Latency? {
        let pipeline = Pipeline("slow")
            .root(ListSource(0..<count))
            .map { work($0) }.par(workers)
            .fold(into: 0) { $0 ^= $1 }.trigger(each: 1000)
            .to(NullSink())
        try pipeline.measure()
        return nil
    }

    private static func slowLoop(_ count: Int) -> Measurement.Latency? {
        var result = 0
        for number in 0..<count { result ^= work(number) }
        SmallFile.write("\(result)\n", to: 1)
        return nil
    }

    /// Batches of one element arrive where the work is shared out: one in a thousand passes the filter.
    private static func sparse(_ count: Int) throws -> Measurement.Latency? {
        let pipeline = Pipeline("sparse")
            .root(ListSource(0..<count))
            .filter { $0 % 1000 == 0 }
            .map { work($0) }.par(2)
            .fold(into: 0) { $0 ^= $1 }.trigger(each: 1000)
            .to(NullSink())
        try pipeline.measure()
        return nil
    }

    private static func sparseLoop(_ count: Int) -> Measurement.Latency? {
        var result = 0
        for number in 0..<count where number % 1000 == 0 { result ^= work(number) }
        SmallFile.write("\(result)\n", to: 1)
        return nil
    }

    /// Every element crosses four boundaries between threads alone: into and out of two segments.
    private static func multiply(_ count: Int) throws -> Measurement.Latency? {
        let pipeline = Pipeline("multiply")
            .root(ListSource(0..<1))
            .flatMap { _ in 0..<count }.buffer(1).par(4)
            .map { $0 &+ 1 }.buffer(1).par(4)
            .to(NullSink()).trigger(each: 1)
        try pipeline.measure()
        return nil
    }

    /// Two threads that hand single numbers over, one at a time.
    private static func handOver(_ count: Int) -> Measurement.Latency? {
        let scheduler = SystemScheduler.shared
        let cell = HandOver<Int>(scheduler: scheduler)
        scheduler.spawn(name: "producer") {
            for number in 0..<count { cell.put(number) }
        }
        var sum = 0
        for _ in 0..<count { sum &+= cell.take() }
        SmallFile.write("\(sum)\n", to: 1)
        return nil
    }
}

/// A place for one value between two threads.
final class HandOver<Value: Sendable>: Sendable {
    private let value: Guarded<Value?>
    private let changed: Monitor.Condition

    init(scheduler: any Scheduler) {
        value = Guarded(nil, scheduler: scheduler)
        changed = value.monitor.makeCondition()
    }

    func put(_ new: Value) {
        value.waitWithLock { value -> Attempt<Void> in
            if value != nil { return .wait(changed) }
            value = new
            changed.signal()
            return .done(())
        }
    }

    func take() -> Value {
        value.waitWithLock { value -> Attempt<Value> in
            guard let taken = value else { return .wait(changed) }
            value = nil
            changed.signal()
            return .done(taken)
        }
    }
}
