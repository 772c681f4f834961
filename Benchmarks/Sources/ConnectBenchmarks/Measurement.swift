/// What one run of a contender took.
struct Measurement: Sendable {
    /// How many elements went through.
    var elements: Int
    /// From beginning to end, in seconds.
    var wall: Double
    /// Processor time of all threads, user and system, in seconds.
    var processor: Double
    /// The most memory that was resident, in bytes; nil where it is not known.
    var peakBytes: Int?
    /// How long single elements were under way, in nanoseconds.
    var latency: Latency?

    /// Times of single elements, in nanoseconds.
    struct Latency: Sendable {
        var median: Double
        var percentile99: Double
    }

    /// Elements per second of wall time.
    var rate: Double { Double(elements) / wall }

    /// Seconds of processor time per million elements.
    var processorPerMillion: Double { processor / Double(elements) * 1e6 }

    /// The best of several runs: on a shared machine everything that disturbs makes a run slower, nothing makes it
    /// faster.
    ///
    /// - Parameter runs: at least one
    /// - Returns: the least of each figure, and the largest peak of memory
    static func best(of runs: [Measurement]) -> Measurement {
        var best = runs[0]
        for run in runs.dropFirst() {
            best.wall = min(best.wall, run.wall)
            best.processor = min(best.processor, run.processor)
            best.peakBytes = [best.peakBytes, run.peakBytes].compactMap { $0 }.max()
            if let one = best.latency, let other = run.latency, other.median < one.median { best.latency = other }
        }
        return best
    }
}

extension Measurement {
    /// As one line, for the pipe between a child process and its parent.
    var line: String {
        var words = [elements, Int(wall * 1e9), Int(processor * 1e9), peakBytes ?? 0]
        if let latency { words += [Int(latency.median), Int(latency.percentile99)] }
        return words.map(String.init).joined(separator: " ") + "\n"
    }

    init?(line: String) {
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\n" }).compactMap { Int($0) }
        guard words.count == 4 || words.count == 6 else { return nil }
        self.init(
            elements: words[0], wall: Double(words[1]) / 1e9, processor: Double(words[2]) / 1e9,
            peakBytes: words[3] == 0 ? nil : words[3])
        if words.count == 6 { latency = Latency(median: Double(words[4]), percentile99: Double(words[5])) }
    }
}
