import Synchronization

/// What one stage has done so far; counted once per batch.
final class StageCounters: Sendable {
    let received = Atomic<Int>(0)
    let sent = Atomic<Int>(0)
    let errors = Atomic<Int>(0)
    let retries = Atomic<Int>(0)
    let skipped = Atomic<Int>(0)
    let deadLetters = Atomic<Int>(0)
    let flushesByCount = Atomic<Int>(0)
    let flushesByTime = Atomic<Int>(0)
    let flushesByBytes = Atomic<Int>(0)
    let flushesByPressure = Atomic<Int>(0)
    let flushesAtEnd = Atomic<Int>(0)

    func count(_ cause: TriggerCause) {
        switch cause {
        case .each: flushesByCount.add(1, ordering: .relaxed)
        case .every: flushesByTime.add(1, ordering: .relaxed)
        case .bytes: flushesByBytes.add(1, ordering: .relaxed)
        case .pressure: flushesByPressure.add(1, ordering: .relaxed)
        case .end: flushesAtEnd.add(1, ordering: .relaxed)
        }
    }
}

/// What brought a flush or an emission about.
@usableFromInline
enum TriggerCause: Sendable {
    case each
    case every
    case bytes
    /// The sink's window was full, or a partition is given up: no trigger of the user's.
    case pressure
    case end
}

/// When a sink flushes or a fold emits; any of them together.
struct Triggers: Sendable, Hashable {
    var each: Int?
    var every: Duration?
    var bytes: Int?

    var isEmpty: Bool { each == nil && every == nil && bytes == nil }
}
