/// The rows of threads: what they gain, and what handing over costs.
enum ParallelRows {
    static let all = [parallel, sparse, latency("latency-1", 1), latency("latency-2", 2), multiply]

    private static func program(_ name: String, _ elements: Int) -> Contender {
        Contender(kind: .program(name), elements: elements)
    }

    private static let parallel = Row.rate(
        "par-2", "map of a function of 2 µs, par(2), in order", program("par-2", 1_000_000),
        limit: program("par-1-loop", 1_000_000), "plain loop, one thread", leastRatio: 1.7)

    private static let sparse = Row.rate(
        "sparse", "filter of 1 in 1000, map of 2 µs, par(2), in order", program("sparse", 200_000_000),
        limit: program("sparse-loop", 200_000_000), "plain loop, one thread")

    private static func latency(_ name: String, _ hops: Int) -> Row {
        Row(name: name) { repetitions in
            let results = try Contender.compare(
                [program(name, 3000), program("latency-threads", 3000)], repetitions: repetitions)
            guard let ours = results[0].latency, let limit = results[1].latency else {
                throw BenchmarkError("\(name) measured no time")
            }
            var line = TableLine(
                work: "1 element per ms over \(hops) hop\(hops > 1 ? "s" : ""): median per hop, 99 % in all",
                ours: "\(Text.time(ours.median)), \(Text.time(ours.percentile99))")
            line.limit = "\(Text.time(limit.median)), \(Text.time(limit.percentile99)) two plain threads"
            line.ratio = Text.number(ours.median / limit.median)
            line.expect("≤ 30 µs", ours.median <= 30_000)
            line.expect("≤ 1 ms", ours.percentile99 <= 1_000_000)
            line.take(results[0].peakBytes, nil)
            return [line]
        }
    }

    private static let multiply = Row.rate(
        "multiply", "1 → 2 M, buffer(1), par(4), map, buffer(1), par(4), trigger(each: 1)",
        program("multiply", 2_000_000), limit: program("multiply-threads", 2_000_000),
        "two plain threads, one hop", mostMebibytes: 20)
}
