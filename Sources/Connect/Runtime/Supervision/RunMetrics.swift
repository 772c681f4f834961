import CoreMetrics
import Synchronization

/// Publishes what the stages have counted, under the names that the field uses.
final class RunMetrics {
    private struct Series {
        let counter: Counter
        let value: (StageCounters) -> Int
        var published = 0
    }

    private let counters: [StageCounters]
    private var series: [[Series]]
    private let pending: Gauge

    init(plan: Plan, counters: [StageCounters]) {
        self.counters = counters
        pending = Gauge(label: "acks_pending", dimensions: [("pipeline", plan.pipeline)])
        series = plan.withCoders.map { stage in
            let dimensions = [
                ("pipeline", plan.pipeline), ("component_id", stage.name), ("component_kind", stage.componentKind),
                ("component_type", stage.kind),
            ]
            func make(
                _ label: String, _ extra: [(String, String)] = [], _ value: @escaping (StageCounters) -> Int
            ) -> Series {
                Series(counter: Counter(label: label, dimensions: dimensions + extra), value: value)
            }
            return [
                make("component_received_events_total") { $0.received.load(ordering: .relaxed) },
                make("component_sent_events_total") { $0.sent.load(ordering: .relaxed) },
                make("component_errors_total") { $0.errors.load(ordering: .relaxed) },
                make("component_discarded_events_total", [("intentional", "false")]) {
                    $0.skipped.load(ordering: .relaxed)
                },
                make("retries_total") { $0.retries.load(ordering: .relaxed) },
                make("dlq_events_total") { $0.deadLetters.load(ordering: .relaxed) },
                make("batches_total", [("trigger", "each")]) { $0.flushesByCount.load(ordering: .relaxed) },
                make("batches_total", [("trigger", "every")]) { $0.flushesByTime.load(ordering: .relaxed) },
                make("batches_total", [("trigger", "bytes")]) { $0.flushesByBytes.load(ordering: .relaxed) },
                make("batches_total", [("trigger", "end")]) { $0.flushesAtEnd.load(ordering: .relaxed) },
            ]
        }
    }

    /// Publishes what was added since the last time.
    func publish(_ tracker: PositionTracker) {
        for stage in series.indices {
            for index in series[stage].indices {
                let value = series[stage][index].value(counters[stage])
                let added = value - series[stage][index].published
                if added > 0 { series[stage][index].counter.increment(by: added) }
                series[stage][index].published = value
            }
        }
        pending.record(tracker.outstanding.load(ordering: .relaxed))
    }
}

extension PlannedStage {
    /// The kind in the words of metrics.
    var componentKind: String {
        switch operation {
        case .source: "source"
        case .sink: "sink"
        case .network: "network"
        default: "transform"
        }
    }
}
