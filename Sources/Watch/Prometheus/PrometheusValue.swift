import CoreMetrics
import Synchronization

/// A counter or a gauge.
final class PrometheusValue: PrometheusMember, CounterHandler, FloatingPointCounterHandler, MeterHandler,
    RecorderHandler
{
    private let value = Mutex(0.0)

    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func decrement(by amount: Double) { add(-amount) }
    func reset() { record(0.0) }
    func set(_ value: Int64) { record(Double(value)) }
    func set(_ value: Double) { record(value) }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { self.value.withLock { $0 = value } }

    private func add(_ amount: Double) { value.withLock { $0 += amount } }

    func lines(_ name: String, _ labels: String) -> String {
        line(name, labels, value.withLock { $0 }.prometheusText)
    }
}
