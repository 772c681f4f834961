import CoreMetrics
import Synchronization

/// Publishes what one stage has counted.
struct StageMetrics {
    private var counts: [AddedCount]

    init(
        _ stage: PlannedStage, _ counters: StageCounters, _ labels: [(String, String)], input: ElementType?,
        output: ElementType?, _ factory: any MetricsFactory
    ) {
        func count(_ label: String, _ extra: [(String, String)] = [], _ value: @escaping () -> Int) -> AddedCount {
            AddedCount(label, labels + extra, factory, value)
        }
        func batches(_ trigger: String, _ value: @escaping () -> Int) -> AddedCount {
            count("batches_total", [("trigger", trigger)], value)
        }
        let received = { counters.received.load(ordering: .relaxed) }
        let sent = { counters.sent.load(ordering: .relaxed) }
        counts = [
            count("component_received_events_total", [], received),
            count("component_received_event_bytes_total") { counters.countedBytes(received: input) },
            count("component_sent_events_total", [], sent),
            count("component_sent_event_bytes_total") { counters.countedBytes(sent: output) },
            count("component_errors_total", stage.errorLabels) { counters.errors.load(ordering: .relaxed) },
            count("component_discarded_events_total", [("intentional", "false")]) {
                counters.skipped.load(ordering: .relaxed)
            },
            count("retries_total") { counters.retries.load(ordering: .relaxed) },
            count("dlq_events_total") { counters.deadLetters.load(ordering: .relaxed) },
        ]
        if case .elementwise = stage.operation {
            counts.append(
                count("component_discarded_events_total", [("intentional", "true")]) {
                    // What was left out because of an error has been filtered as well, and comes first.
                    counters.filtered.load(ordering: .relaxed) - counters.skipped.load(ordering: .relaxed)
                        - counters.deadLetters.load(ordering: .relaxed)
                })
        }
        switch stage.operation {
        case .sink, .fold:
            counts += [
                batches("each") { counters.flushesByCount.load(ordering: .relaxed) },
                batches("every") { counters.flushesByTime.load(ordering: .relaxed) },
                batches("bytes") { counters.flushesByBytes.load(ordering: .relaxed) },
                batches("end") { counters.flushesAtEnd.load(ordering: .relaxed) },
            ]
        default: break
        }
    }

    mutating func publish() {
        for index in counts.indices { counts[index].publish() }
    }
}

extension PlannedStage {
    /// What kind of error a stage has, and when.
    fileprivate var errorLabels: [(String, String)] {
        switch operation {
        case .source: [("error_type", PipelineError.Code.sourceFailed.description), ("stage", "receiving")]
        case .sink: [("error_type", PipelineError.Code.sinkFailed.description), ("stage", "sending")]
        default: [("error_type", PipelineError.Code.stageFailed.description), ("stage", "processing")]
        }
    }
}
