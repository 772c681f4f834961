/// What a row shows.
struct TableLine: Sendable {
    var work: String
    var ours: String
    var limit = ""
    var ratio = ""
    var target = ""
    var processor = ""
    var peak = ""
    var isMissed = false

    init(work: String, ours: String) {
        self.work = work
        self.ours = ours
    }

    /// Notes a target and whether it is reached.
    mutating func expect(_ text: String, _ isReached: Bool) {
        target += target.isEmpty ? text : ", \(text)"
        if !isReached { isMissed = true }
    }

    /// Notes the peak of memory and what it may be at most.
    mutating func take(_ peakBytes: Int?, _ mostMebibytes: Int?) {
        guard let peakBytes else { return }
        let mebibytes = Double(peakBytes) / 1_048_576
        peak = Text.number(mebibytes)
        if let mostMebibytes { expect("< \(mostMebibytes) MiB", mebibytes < Double(mostMebibytes)) }
    }

    fileprivate var cells: [String] {
        [work, ours, limit, ratio, target, target.isEmpty ? "" : isMissed ? "MISSED" : "reached", processor, peak]
    }
}

/// The lines of all rows, in columns.
enum Table {
    private static let heads = [
        "work", "ours", "limit", "ratio", "target", "", "CPU-s per million (limit)", "peak RSS, MiB",
    ]

    /// The whole table as text.
    static func text(_ lines: [TableLine]) -> String {
        let rows = [heads] + lines.map(\.cells)
        let widths = heads.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var text = ""
            for (cell, width) in zip(row, widths) {
                text += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }.joined()
    }
}

/// Numbers as the table shows them.
enum Text {
    /// Three significant digits.
    static func number(_ value: Double) -> String {
        if value >= 100 { return "\(Int(value.rounded()))" }
        let digits = value >= 10 ? 1 : value >= 1 ? 2 : 3
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    /// Elements per second.
    static func rate(_ value: Double) -> String {
        value >= 1e5 ? "\(number(value / 1e6)) M/s" : "\(number(value / 1e3)) k/s"
    }

    /// A time that is given in nanoseconds.
    static func time(_ nanoseconds: Double) -> String {
        nanoseconds >= 1e6 ? "\(number(nanoseconds / 1e6)) ms" : "\(number(nanoseconds / 1e3)) µs"
    }
}
