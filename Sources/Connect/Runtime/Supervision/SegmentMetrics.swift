import CoreMetrics

/// Publishes what waits in one segment, and how busy its threads are.
struct SegmentMetrics {
    /// Stages of the segment that are timed together.
    struct Part {
        let labels: [(String, String)]
        let pace: PassPace
        /// How many threads share the work.
        let threads: Int

        init(_ labels: [(String, String)], _ pace: PassPace, threads: Int) {
            self.labels = labels
            self.pace = pace
            self.threads = threads
        }
    }

    fileprivate struct Clock {
        let part: Part
        let utilization: Gauge
        let latency: Timer
        var busy = 0
        var passes = 0
    }

    private let segment: (any Segment)?
    private let events: Gauge?
    private let bytes: Gauge?
    private let reordered: Gauge?
    private var clocks: [Clock]
    private var last: MonotonicTime?

    /// Metrics of a segment; the root's has no entry and is nil.
    init(
        _ labels: [(String, String)], _ segment: (any Segment)?, _ parts: [Part], _ factory: any MetricsFactory
    ) {
        self.segment = segment
        events = segment.map { _ in Gauge(label: "buffer_events", dimensions: labels, factory: factory) }
        bytes = segment.map { _ in Gauge(label: "buffer_byte_size", dimensions: labels, factory: factory) }
        reordered = segment?.load.reordered.map { _ in
            Gauge(label: "reorder_buffer_events", dimensions: labels, factory: factory)
        }
        clocks = parts.map { part in
            Clock(
                part: part, utilization: Gauge(label: "utilization", dimensions: part.labels, factory: factory),
                latency: Timer(label: "component_latency_seconds", dimensions: part.labels, factory: factory))
        }
    }

    mutating func publish(at now: MonotonicTime, isFinal: Bool) {
        if let load = segment?.load {
            events?.record(load.events)
            bytes?.record(load.bytes)
            reordered?.record(load.reordered ?? 0)
        }
        let elapsed = last.map { Double(now.elapsed(since: $0).wholeNanoseconds) } ?? 0
        last = now
        for index in clocks.indices { clocks[index].publish(elapsed, isFinal: isFinal) }
    }
}

fileprivate extension SegmentMetrics.Clock {
    mutating func publish(_ elapsed: Double, isFinal: Bool) {
        let (busyNow, passesNow) = (part.pace.busy, part.pace.passes)
        if passesNow > passes { latency.recordNanoseconds(Int64((busyNow - busy) / (passesNow - passes))) }
        if isFinal {
            utilization.record(0)
        } else if elapsed > 0 {
            utilization.record(min(1, Double(busyNow - busy) / (elapsed * Double(part.threads))))
        }
        (busy, passes) = (busyNow, passesNow)
    }
}
