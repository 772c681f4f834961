/// Whether a batch is worth handing to the workers of a segment, or is worked on by the thread that brings it.
///
/// Handing over costs both sides several microseconds, and more where the elements have memory of their own, which then
/// changes its core: who made it allocates against whoever gives it back. That cost shows on both sides, so that only a
/// trial tells what the work takes in place.
struct PlaceChoice: Sendable {
    /// What takes less time than this, in nanoseconds, is done in place.
    static let limit = 20_000
    /// How much longer that may be for each element with memory of its own.
    static let limitPerOwner = 50
    /// A trial is made where the workers take at most so much longer, in nanoseconds: it holds up who brings the batch.
    static let trialMargin = 180_000
    /// How long, in nanoseconds, a batch waits at most for the workers to have nothing to do. Without a wait a source that
    /// is as fast as they are would never find them so.
    static let patience = 500_000
    /// One in so many batches is a trial or waits: fewer where trials have shown that handing over is right.
    static let intervals = 64...1024

    /// Who works on a batch.
    enum Place: Sendable, Hashable {
        case workers
        /// The thread that brings it, if the workers have nothing to do within so many nanoseconds; else they.
        case here(patience: Int)
    }

    private let limitPerElement: Int
    private var cost = SmoothedCost()
    /// What an element took last, in thousandths of a nanosecond.
    private var last = Int.max
    private var interval = intervals.lowerBound
    private var untilWait = 1

    /// Begins without knowing anything.
    ///
    /// - Parameter hasOwners: whether each element has memory of its own
    init(hasOwners: Bool) {
        limitPerElement = hasOwners ? PlaceChoice.limitPerOwner : 0
    }

    /// Notes what a batch took in place.
    mutating func note(elements: Int, nanoseconds: Int) {
        guard elements > 0 else { return }
        // One pass that the system interrupted says nothing: of two in a row the shorter counts.
        let sample = nanoseconds &* 1000 / elements
        cost.note(elements: elements, nanoseconds: min(sample, last) &* elements / 1000)
        last = sample
        let intervals = PlaceChoice.intervals
        interval = isShort(elements) ? intervals.lowerBound : min(2 * interval, intervals.upperBound)
        untilWait = interval
    }

    /// Decides for a batch.
    ///
    /// - Parameters:
    ///   - count: how many elements it has
    ///   - byWorkers: what the workers would take for it, in nanoseconds; nil where they have not had one yet
    /// - Returns: who works on it
    mutating func place(of count: Int, byWorkers: Int?) -> Place {
        untilWait -= 1
        let isDue = untilWait < 0
        guard isShort(count) || isDue && mayTry(count, byWorkers) else { return .workers }
        if isDue { untilWait = interval }
        return .here(patience: isDue ? PlaceChoice.patience : 0)
    }

    private func limit(_ count: Int) -> Int { PlaceChoice.limit + limitPerElement * count }

    private func isShort(_ count: Int) -> Bool {
        cost.nanoseconds(for: count).map { $0 < limit(count) } ?? false
    }

    private func mayTry(_ count: Int, _ byWorkers: Int?) -> Bool {
        byWorkers.map { $0 < limit(count) + PlaceChoice.trialMargin } ?? false
    }
}
