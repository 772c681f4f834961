import CoreMetrics
import Synchronization

/// How often values fell into which range; of timers in seconds.
final class PrometheusHistogram: PrometheusMember, TimerHandler, RecorderHandler {
    /// The upper ends of the ranges: from a microsecond to ten seconds for times.
    static let bounds = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10]

    private struct State: Sendable {
        var counts = [Int](repeating: 0, count: PrometheusHistogram.bounds.count + 1)
        var sum = 0.0
    }

    private let state = Mutex(State())

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let index = PrometheusHistogram.bounds.firstIndex { value <= $0 } ?? PrometheusHistogram.bounds.count
        state.withLock { state in
            state.counts[index] += 1
            state.sum += value
        }
    }

    func lines(_ name: String, _ labels: String) -> String {
        let state = state.withLock { $0 }
        let separator = labels.isEmpty ? "" : ","
        var (result, total) = ("", 0)
        for (index, count) in state.counts.enumerated() {
            total += count
            let bound = index < PrometheusHistogram.bounds.count ? PrometheusHistogram.bounds[index] : .infinity
            result += line("\(name)_bucket", "\(labels)\(separator)le=\"\(bound.prometheusText)\"", "\(total)")
        }
        return result + line("\(name)_sum", labels, state.sum.prometheusText)
            + line("\(name)_count", labels, "\(total)")
    }
}
