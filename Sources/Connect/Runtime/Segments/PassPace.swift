import Synchronization

/// How long a segment works on an element, and how many it should take at a time, so that batches are bounded in time
/// also where user code is slow.
final class PassPace: Sendable {
    /// A pass of this length or less may grow.
    static let short = 500_000
    /// A pass longer than this is to shrink.
    static let long = 2_000_000
    /// What the entry of a segment takes at a time.
    static let entry = 1_000_000

    // Thousandths of a nanosecond, smoothed over about eight passes.
    private let cost = Atomic<Int>(0)

    /// Notes a pass over a number of elements.
    func note(elements: Int, nanoseconds: Int) {
        guard elements > 0 else { return }
        let sample = max(0, nanoseconds) &* 1000 / elements
        let old = cost.load(ordering: .relaxed)
        // One pass that the system interrupted says little: it counts at most eight times the usual.
        let new = old == 0 ? sample : old + (min(sample, old &* 8 + 1000) - old) / 8
        cost.store(max(1, new), ordering: .relaxed)
    }

    /// How many nanoseconds a pass over a number of elements takes; nil before the first.
    func nanoseconds(for elements: Int) -> Int? {
        let cost = cost.load(ordering: .relaxed)
        return cost == 0 ? nil : cost.multipliedReportingOverflow(by: elements).partialValue / 1000
    }

    /// How many elements make a pass of about a millisecond.
    var entryLimit: Int {
        let cost = cost.load(ordering: .relaxed)
        return cost == 0 ? .max : max(1, PassPace.entry &* 1000 / cost)
    }
}
