import CoreMetrics

/// A counter of a metrics system that follows a number of the run which only grows.
struct AddedCount {
    private let counter: Counter
    private let value: () -> Int
    private var published = 0

    /// A counter.
    ///
    /// - Parameters:
    ///   - label: its name
    ///   - dimensions: its labels
    ///   - factory: makes it
    ///   - value: reads the number, which may be somewhat behind at times
    init(
        _ label: String, _ dimensions: [(String, String)], _ factory: any MetricsFactory, _ value: @escaping () -> Int
    ) {
        counter = Counter(label: label, dimensions: dimensions, factory: factory)
        self.value = value
    }

    /// Adds what has come since the last time.
    mutating func publish() {
        let value = value()
        guard value > published else { return }
        counter.increment(by: value - published)
        published = value
    }
}
