/// A line of the table, and how it comes about.
struct Row: Sendable {
    /// Its name on the command line.
    let name: String
    let measure: @Sendable (_ repetitions: Int) throws -> [TableLine]

    /// A row that compares rates of two contenders.
    ///
    /// - Parameters:
    ///   - name: its name on the command line
    ///   - work: what is done
    ///   - ours: who does it here
    ///   - limit: who does the same as well as it can be done
    ///   - limitName: what the limit is
    ///   - leastRatio: how many times the limit's rate ours is to reach
    ///   - leastRate: elements per second that ours is to reach
    ///   - mostMebibytes: what ours may take of memory at most
    /// - Returns: the row
    static func rate(
        _ name: String, _ work: String, _ ours: Contender, limit: Contender, _ limitName: String,
        leastRatio: Double? = nil, leastRate: Double? = nil, mostMebibytes: Int? = nil
    ) -> Row {
        Row(name: name) { repetitions in
            let results = try Contender.compare([ours, limit], repetitions: repetitions)
            let ratio = results[0].rate / results[1].rate
            var line = TableLine(work: work, ours: Text.rate(results[0].rate))
            line.limit = "\(Text.rate(results[1].rate)) \(limitName)"
            line.ratio = Text.number(ratio)
            line.processor =
                "\(Text.number(results[0].processorPerMillion)) "
                + "(\(Text.number(results[1].processorPerMillion)))"
            line.take(results[0].peakBytes, mostMebibytes)
            if let leastRatio { line.expect("≥ ×\(Text.number(leastRatio))", ratio >= leastRatio) }
            if let leastRate { line.expect("≥ \(Text.rate(leastRate))", results[0].rate >= leastRate) }
            return [line]
        }
    }
}
