import Synchronization

/// What one stage has done so far; counted once per batch.
final class StageCounters: Sendable {
    let received = Atomic<Int>(0)
    let sent = Atomic<Int>(0)
    /// Elements that came in and with which the stage is through.
    let finished = Atomic<Int>(0)
    let errors = Atomic<Int>(0)
    let retries = Atomic<Int>(0)
    let skipped = Atomic<Int>(0)
    let deadLetters = Atomic<Int>(0)
    let flushesByCount = Atomic<Int>(0)
    let flushesByTime = Atomic<Int>(0)
    let flushesByBytes = Atomic<Int>(0)
    let flushesByPressure = Atomic<Int>(0)
    let flushesAtEnd = Atomic<Int>(0)
    /// Elements that a filter has let go.
    let filtered = Atomic<Int>(0)
    /// Counted only where somebody measures, of elements that have bytes of their own number.
    let receivedBytes = Atomic<Int>(0)
    let sentBytes = Atomic<Int>(0)
    /// Of a source: the event time of what was read last, less the monotonic time at which it was; the least number
    /// before the first.
    let eventTimeOffset = Atomic<Int64>(.min)
    /// Whether somebody wants to know how many bytes went through.
    let measuresBytes: Bool

    init(measuresBytes: Bool = false) {
        self.measuresBytes = measuresBytes
    }

    /// Counts a batch that the source has given.
    func countRead<Element>(_ batch: borrowing Batch<Element>, at now: MonotonicTime) {
        received.add(batch.count, ordering: .relaxed)
        sent.add(batch.count, ordering: .relaxed)
        if measuresBytes, Batch<Element>.hasPayload {
            let bytes = batch.eventBytes(batch.count)
            receivedBytes.add(bytes, ordering: .relaxed)
            sentBytes.add(bytes, ordering: .relaxed)
        }
        if let time = batch.eventTimes.last, time != .min {
            eventTimeOffset.store(time &- Int64(clamping: now.nanoseconds), ordering: .relaxed)
        }
    }

    /// Of a source: how old the latest element was when it was read; nil before the first, and without event times.
    func lag(at now: MonotonicTime, _ timeOfDay: EventTime) -> Duration? {
        let offset = eventTimeOffset.load(ordering: .relaxed)
        if offset == .min { return nil }
        return .nanoseconds(timeOfDay.nanosecondsSinceEpoch &- Int64(clamping: now.nanoseconds) &- offset)
    }

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
