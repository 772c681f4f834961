/// The rows of lists: what a chain costs, what acknowledgements cost, how both grow.
enum ListRows {
    static let all = [integers, strings, acknowledgements, growth]

    private static func program(_ name: String, _ elements: Int) -> Contender {
        Contender(kind: .program(name), elements: elements)
    }

    private static let integers = Row.rate(
        "integers", "list → map → filter (par 4) → fold → stdout, Int", program("integers", 50_000_000),
        limit: program("integers-loop", 50_000_000), "plain loop", leastRate: 50e6, mostMebibytes: 20)

    private static let strings = Row.rate(
        "strings", "the same, String of 21 bytes", program("strings", 10_000_000),
        limit: program("strings-loop", 10_000_000), "plain loop", leastRate: 8e6, mostMebibytes: 20)

    private static let acknowledgements = Row(name: "acknowledgements") { repetitions in
        // The difference is smaller than what disturbs one run: more of them.
        let results = try Contender.compare(
            [program("integers", 50_000_000), program("integers-without-acks", 50_000_000)],
            repetitions: 2 * repetitions)
        let ratio = results[0].processor / results[1].processor
        var line = TableLine(work: "the same with acknowledgements, Int, CPU", ours: nanoseconds(results[0]))
        line.limit = "\(nanoseconds(results[1])) without them"
        line.ratio = Text.number(ratio)
        line.processor =
            "\(Text.number(results[0].processorPerMillion)) (\(Text.number(results[1].processorPerMillion)))"
        line.take(results[0].peakBytes, nil)
        line.expect("≤ ×1.02", ratio <= 1.02)
        return [line]
    }

    private static func nanoseconds(_ result: Measurement) -> String {
        "\(Text.number(result.processor / Double(result.elements) * 1e9)) CPU-ns"
    }

    private static let growth = Row(name: "growth") { repetitions in
        let sizes = [1_000_000, 10_000_000, 100_000_000]
        let results = try Contender.compare(sizes.map { program("integers", $0) }, repetitions: repetitions)
        // Between 10× and 100×: below, starting the process is a good part.
        let ratio = results[2].processor / results[1].processor / 10
        var line = TableLine(
            work: "the same, 1, 10, 100 M Int: CPU", ours: results.map { nanoseconds($0) }.joined(separator: ", "))
        line.limit = "linear"
        line.ratio = Text.number(ratio)
        line.expect("≤ ×1.05", ratio <= 1.05)
        line.processor = Text.number(results[2].processorPerMillion)
        line.peak = results.map { Text.number(Double($0.peakBytes ?? 0) / 1_048_576) }.joined(separator: ", ")
        if let first = results[0].peakBytes, let last = results[2].peakBytes {
            line.expect("flat RSS", Double(last) <= Double(first) * 1.1 + 1_048_576)
        }
        return [line]
    }
}
