extension Duration {
    /// The duration in the largest unit that gives a whole number, as in `250 ms`: the same text on every machine.
    var listed: String {
        let (seconds, attoseconds) = components
        if attoseconds == 0 { return "\(seconds) s" }
        let units: [(name: String, perSecond: Int64)] = [("ms", 1_000), ("µs", 1_000_000), ("ns", 1_000_000_000)]
        for (name, perSecond) in units {
            let size = 1_000_000_000_000_000_000 / perSecond
            let (scaled, overflow) = seconds.multipliedReportingOverflow(by: perSecond)
            if !overflow, attoseconds % size == 0 { return "\(scaled + attoseconds / size) \(name)" }
        }
        return "\(self)"
    }
}
