/// The source's positions, for a sink that keeps them beside its output.
///
/// Where elements come out in the order of the source, the output up to the first element of a batch stands for all
/// batches before it. Behind a fold, or workers that keep no order, it does not: then only what is confirmed counts, and
/// after a restart some elements come again.
final class TrackedPositions: SinkPositions {
    private let tracker: PositionTracker
    private let run: RunState
    private let isExact: Bool
    /// Where each partition stands: also those of which this run reads nothing.
    private var known: [String: Position] = [:]
    private var boundary: [Position]?
    private var seen = Int.min

    init(tracker: PositionTracker, run: RunState, restored: [Position], isExact: Bool) {
        self.tracker = tracker
        self.run = run
        self.isExact = isExact
        note(restored)
    }

    var marksFlushes: Bool { !isExact }

    func isBoundary(before sequence: Int) -> Bool {
        guard isExact, sequence > seen else { return false }
        seen = sequence
        // Asked for at once: later, a token from before the boundary may be merged with one from behind it.
        guard let positions = tracker.completePositions(before: sequence) else { return false }
        note(positions)
        boundary = all
        return true
    }

    func atBoundary() -> [Position]? {
        if isExact { return boundary }
        note(tracker.finalPositions())
        return all
    }

    func final() -> [Position]? {
        if run.hasFailed || run.isAborted { return nil }
        note(isExact || !tracker.hasCeiling ? tracker.positionsBelowCeiling() : tracker.finalPositions())
        return all
    }

    private func note(_ positions: [Position]) {
        for position in positions { known[position.partition] = position }
    }

    private var all: [Position] { known.values.sorted { $0.partition < $1.partition } }
}

extension Plan {
    /// Whether elements leave in the order in which they came, each for itself.
    var keepsPlace: Bool {
        !withCoders.contains { $0.role == .fold } && segments.allSatisfy { $0.parallel.isEmpty || $0.order.isTotal }
    }
}
