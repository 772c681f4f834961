public import CoreMetrics
import Synchronization

/// Collects metrics and gives them as text that Prometheus reads.
///
/// Counters become counters, gauges and meters gauges, timers and aggregating recorders histograms. The format is the text
/// format 0.0.4 of Prometheus (prometheus.io/docs/instrumenting/exposition_formats).
public final class PrometheusRegistry: MetricsFactory {
    private struct State: Sendable {
        var families: [String: PrometheusFamily] = [:]
    }

    private let state = Mutex(State())

    /// A registry without metrics.
    public init() {}

    /// All metrics, sorted by name and labels.
    public var text: String {
        let families = state.withLock { $0.families }
        return families.keys.sorted().compactMap { families[$0]?.text }.joined()
    }

    /// A counter; the same for the same name and labels.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        member(label, dimensions, .counter) { PrometheusValue() } ?? PrometheusValue()
    }

    /// A counter of fractions; the same for the same name and labels.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        member(label, dimensions, .counter) { PrometheusValue() } ?? PrometheusValue()
    }

    /// A gauge; the same for the same name and labels.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        member(label, dimensions, .gauge) { PrometheusValue() } ?? PrometheusValue()
    }

    /// A gauge, or a histogram of what is recorded; the same for the same name and labels.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate {
            return member(label, dimensions, .histogram) { PrometheusHistogram() } ?? PrometheusHistogram()
        }
        return member(label, dimensions, .gauge) { PrometheusValue() } ?? PrometheusValue()
    }

    /// A histogram of seconds; the same for the same name and labels.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        member(label, dimensions, .histogram) { PrometheusHistogram() } ?? PrometheusHistogram()
    }

    /// Forgets a counter.
    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    /// Forgets a counter.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    /// Forgets a gauge.
    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    /// Forgets a gauge or a histogram.
    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    /// Forgets a histogram.
    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    // Nil where the name belongs to metrics of another type: what cannot be shown must not break the program.
    private func member<Member: PrometheusMember>(
        _ label: String, _ dimensions: [(String, String)], _ type: PrometheusFamily.Kind, _ make: () -> Member
    ) -> Member? {
        let name = PrometheusFamily.name(label)
        let labels = PrometheusFamily.labels(dimensions)
        return state.withLock { state in
            var family = state.families[name] ?? PrometheusFamily(name: name, kind: type)
            guard family.kind == type else { return nil }
            if let known = family.members[labels] { return known as? Member }
            let member = make()
            family.members[labels] = member
            state.families[name] = family
            return member
        }
    }

    private func remove(_ handler: AnyObject) {
        state.withLock { state in
            for (name, family) in state.families {
                guard let key = family.members.first(where: { $0.value === handler })?.key else { continue }
                state.families[name]?.members[key] = nil
                if family.members.count == 1 { state.families[name] = nil }
            }
        }
    }
}
