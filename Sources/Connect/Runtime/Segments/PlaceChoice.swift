/// Whether a batch is worth handing to the workers of a segment, or is worked on by the thread that brings it.
///
/// Handing over costs both sides several microseconds, and more where the elements have memory of their own, which then
/// changes its core. That cost shows in what the workers take, so that only a trial tells what the work takes in place.
struct PlaceChoice: Sendable {
    /// What takes less time than this, in nanoseconds, is done in place.
    static let limit = 20_000
    /// A trial is made where the workers take less than this, in nanoseconds: it holds up who brings the batch.
    static let trialLimit = 10 * limit
    /// At most one in so many batches is a trial.
    static let trialInterval = 64

    private var cost = SmoothedCost()
    private var untilTrial = 0

    /// Notes what a batch took in place.
    mutating func note(elements: Int, nanoseconds: Int) {
        cost.note(elements: elements, nanoseconds: nanoseconds)
        untilTrial = PlaceChoice.trialInterval
    }

    /// Decides for a batch.
    ///
    /// - Parameters:
    ///   - count: how many elements it has
    ///   - byWorkers: what the workers would take for it, in nanoseconds; nil where they have not had one yet
    /// - Returns: whether it is to be worked on in place
    mutating func isInPlace(_ count: Int, byWorkers: Int?) -> Bool {
        if let known = cost.nanoseconds(for: count), known < PlaceChoice.limit { return true }
        guard let byWorkers, byWorkers < PlaceChoice.trialLimit else { return false }
        // A trial stays due until the workers have nothing to do, without which nobody else may do their work.
        untilTrial -= 1
        return untilTrial < 0
    }
}
