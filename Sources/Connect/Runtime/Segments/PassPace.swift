import Synchronization

/// How long a segment works on an element, and how many it should take at a time, so that batches are bounded in time
/// also where user code is slow.
final class PassPace: Sendable {
    /// What the entry of a segment takes at a time, in nanoseconds.
    static let entry = 1_000_000

    private let cost = Atomic<Int>(0)
    private let total = Atomic<Int>(0)
    private let passCount = Atomic<Int>(0)

    /// Notes a pass over a number of elements.
    func note(elements: Int, nanoseconds: Int) {
        guard elements > 0 else { return }
        total.add(max(0, nanoseconds), ordering: .relaxed)
        passCount.add(1, ordering: .relaxed)
        var cost = SmoothedCost(thousandths: cost.load(ordering: .relaxed))
        cost.note(elements: elements, nanoseconds: nanoseconds)
        self.cost.store(cost.thousandths, ordering: .relaxed)
    }

    /// How many nanoseconds a pass over a number of elements takes; nil before the first.
    func nanoseconds(for elements: Int) -> Int? {
        SmoothedCost(thousandths: cost.load(ordering: .relaxed)).nanoseconds(for: elements)
    }

    /// How many elements make a pass of about a millisecond.
    var entryLimit: Int {
        let cost = cost.load(ordering: .relaxed)
        return cost == 0 ? .max : max(1, PassPace.entry &* 1000 / cost)
    }

    /// How many nanoseconds all passes have taken together.
    var busy: Int { total.load(ordering: .relaxed) }

    /// How many passes there were.
    var passes: Int { passCount.load(ordering: .relaxed) }
}

/// What an element costs, smoothed over about eight passes.
struct SmoothedCost: Sendable {
    /// In thousandths of a nanosecond; 0 before the first pass.
    private(set) var thousandths = 0

    var isKnown: Bool { thousandths > 0 }

    mutating func note(elements: Int, nanoseconds: Int) {
        guard elements > 0 else { return }
        let sample = max(0, nanoseconds) &* 1000 / elements
        // One pass that the system interrupted says little: it counts at most eight times the usual.
        let change = isKnown ? (min(sample, thousandths &* 8 + 1000) - thousandths) / 8 : sample
        thousandths = max(1, thousandths + change)
    }

    /// How many nanoseconds a pass over a number of elements takes; nil before the first.
    func nanoseconds(for elements: Int) -> Int? {
        isKnown ? thousandths.multipliedReportingOverflow(by: elements).partialValue / 1000 : nil
    }
}
