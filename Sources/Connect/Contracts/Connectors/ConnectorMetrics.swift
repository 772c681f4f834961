public import CoreMetrics

/// Where a source or sink publishes metrics of its own, with the labels of its stage.
public struct ConnectorMetrics: Sendable {
    private let factory: any MetricsFactory
    private let labels: [(String, String)]

    /// Metrics of a stage.
    ///
    /// - Parameters:
    ///   - labels: what all of them are labelled with: names and values
    ///   - factory: where they go
    public init(labels: [(String, String)], factory: any MetricsFactory) {
        self.labels = labels
        self.factory = factory
    }

    /// A value that goes up and down.
    ///
    /// - Parameters:
    ///   - name: by the conventions of Prometheus: base units, words with underscores
    ///   - labels: further labels, each with few values
    /// - Returns: the gauge; the same for the same name and labels, as far as the factory does so
    public func gauge(_ name: String, labels: [(String, String)] = []) -> Gauge {
        Gauge(label: name, dimensions: self.labels + labels, factory: factory)
    }

    /// A distribution of durations.
    ///
    /// - Parameters:
    ///   - name: by the conventions of Prometheus, ending in `_seconds`
    ///   - labels: further labels, each with few values
    /// - Returns: the timer; the same for the same name and labels, as far as the factory does so
    public func timer(_ name: String, labels: [(String, String)] = []) -> CoreMetrics.Timer {
        Timer(label: name, dimensions: self.labels + labels, factory: factory)
    }
}
