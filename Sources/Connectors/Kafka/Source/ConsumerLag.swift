import Connect
import CoreMetrics

/// How far behind the end each partition is; looked at once a second.
struct ConsumerLag {
    /// For so many partitions a value is published; a source that has more has too many to label.
    static let partitionLimit = 200

    private let metrics: ConnectorMetrics?
    private var gauges: [TopicPartition: Gauge] = [:]
    private var due = MonotonicTime(nanoseconds: 0)

    init(_ metrics: ConnectorMetrics?) {
        self.metrics = metrics
    }

    mutating func publish(_ assignment: Assignment, _ consumer: KafkaConsumer, _ context: SourceContext) {
        let now = context.scheduler.now
        guard now >= due else { return }
        due = now.advanced(by: .seconds(1))
        var (ends, nexts): (Int64, Int64) = (0, 0)
        for partition in assignment.partitions {
            guard let end = partition.end ?? consumer.knownEnd(of: partition.name), let next = partition.next else {
                continue
            }
            ends += max(end, next)
            nexts += next
            gauge(of: partition.name)?.record(max(0, end - next))
        }
        // A bounded source knows from the start how much there is.
        if assignment.partitions.contains(where: { $0.end == nil }) {
            context.progress.begin(total: ends, done: nexts)
        }
    }

    /// Partitions that others have now.
    mutating func forget(_ names: Set<TopicPartition>) {
        for name in names { gauges.removeValue(forKey: name)?.destroy() }
    }

    private mutating func gauge(of name: TopicPartition) -> Gauge? {
        if let known = gauges[name] { return known }
        if gauges.count == ConsumerLag.partitionLimit { return nil }
        guard let metrics else { return nil }
        let gauge = metrics.gauge(
            "kafka_consumer_lag", labels: [("topic", name.topic), ("partition", "\(name.partition)")])
        gauges[name] = gauge
        return gauge
    }
}
