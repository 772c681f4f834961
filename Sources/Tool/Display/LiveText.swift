import Connect
import ConnectWatch

/// A running pipeline as lines of text: one for each stage, and one for the run as a whole.
struct LiveText {
    /// Columns that the lines may have at most.
    let width: Int
    /// Whether the stage that sets the pace is shown in a colour.
    let hasColour: Bool

    /// The lines for a look at the run.
    func lines(_ sample: RunWatch.Sample) -> [String] {
        let status = sample.status
        var rows = [["stage", "in", "per s", "bytes", "per s", "out", "waiting", "busy", ""]]
        for index in status.stages.indices { rows.append(row(sample, index)) }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines: [String] = []
        if rows.count > 1 {
            for row in rows {
                let cells = row.indices.map { pad(row[$0], widths[$0], left: $0 > 0 && $0 < row.count - 1) }
                lines.append(cut(LiveText.trimmed(cells.joined(separator: "  "))))
            }
            for index in status.stages.indices where hasColour && isMarked(sample, index) {
                lines[index + 1] = "\u{1b}[33m\(lines[index + 1])\u{1b}[0m"
            }
        }
        return lines + [cut(summary(sample))]
    }

    private func row(_ sample: RunWatch.Sample, _ index: Int) -> [String] {
        let (stage, rate) = (sample.status.stages[index], sample.rates.stages[index])
        let place = sample.status.segments.firstIndex { $0.number == stage.segment }
        // What belongs to a segment stands beside its first stage.
        let isFirst = index == 0 || sample.status.stages[index - 1].segment != stage.segment
        let isSink = stage.kind == .sink
        return [
            stage.name, LiveText.short(stage.received), LiveText.short(isSink ? rate.sent : rate.received),
            LiveText.short(isSink ? stage.sentBytes : stage.receivedBytes),
            LiveText.short(isSink ? rate.sentBytes : rate.receivedBytes), LiveText.short(stage.sent),
            isFirst && index > 0 ? place.map { LiveText.short(sample.status.segments[$0].waiting) } ?? "" : "",
            isFirst ? place.map { "\(Int((sample.rates.utilization[$0] * 100).rounded())) %" } ?? "" : "",
            (isMarked(sample, index) ? sample.status.stall == nil ? "< sets the pace" : "< holds the line" : "")
                + (stage.errors > 0 ? " \(stage.errors) errors" : ""),
        ]
    }

    private func isMarked(_ sample: RunWatch.Sample, _ index: Int) -> Bool {
        let stage = sample.status.stages[index]
        if let stall = sample.status.stall { return stall.stage == stage.name }
        guard let pacing = sample.rates.pacingSegment else { return false }
        let isFirst = index == 0 || sample.status.stages[index - 1].segment != stage.segment
        return isFirst && sample.status.segments[pacing].number == stage.segment
    }

    private func summary(_ sample: RunWatch.Sample) -> String {
        let status = sample.status
        var parts = ["\(status.phase.rawValue) \(LiveText.time(status.elapsed))"]
        if let progress = status.progress, !status.isBounded {
            parts.append("\(LiveText.short(Int(clamping: max(0, progress.total - progress.done)))) behind")
        } else if let progress = status.progress, progress.total > 0 {
            let part = min(1, Double(progress.done) / Double(progress.total))
            parts.append("\(LiveText.decimal(part * 100)) %")
            if let left = sample.rates.timeLeft { parts.append("\(LiveText.time(left)) left") }
        }
        if let lag = status.lag { parts.append("lag \(LiveText.time(max(.zero, lag)))") }
        parts.append("\(status.batchesUnderWay) batches under way")
        parts.append(status.commits == 1 ? "1 commit" : "\(status.commits) commits")
        if let oldest = status.oldest {
            parts.append("oldest \(oldest) for \(LiveText.time(status.oldestAge))")
        }
        if let stall = status.stall { parts.append("stage \"\(stall.stage)\": \(stall.reason)") }
        return parts.joined(separator: ", ")
    }

    private func cut(_ line: String) -> String {
        line.count <= width ? line : String(line.prefix(max(0, width - 1))) + "…"
    }

    private func pad(_ text: String, _ width: Int, left: Bool) -> String {
        let space = String(repeating: " ", count: max(0, width - text.count))
        return left ? space + text : text + space
    }

    private static func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }

    /// A number of three digits with the letter of its thousands.
    static func short(_ number: Double) -> String {
        for (size, letter) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")] where number >= size {
            let value = number / size
            return (value < 10 ? hundredths(value) : value < 100 ? decimal(value) : "\(Int(min(value, 1e6)))") + letter
        }
        return number == number.rounded() ? "\(Int(number))" : decimal(number)
    }

    static func short(_ number: Int) -> String { short(Double(number)) }

    /// A duration: seconds with a tenth below a minute, else hours, minutes and seconds.
    static func time(_ duration: Duration) -> String {
        let seconds = duration.seconds
        if seconds < 60 { return "\(decimal(seconds)) s" }
        let whole = Int(min(seconds, 1e12))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(whole / 3600)):\(two(whole / 60 % 60)):\(two(whole % 60))"
    }

    private static func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func hundredths(_ value: Double) -> String {
        let rounded = Int((value * 100).rounded())
        return "\(rounded / 100).\(rounded / 10 % 10)\(rounded % 10)"
    }
}
