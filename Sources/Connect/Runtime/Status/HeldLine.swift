import Synchronization

/// Which stage keeps what is under way from being done.
struct HeldLine: Sendable {
    private struct Place: Sendable {
        let stage: PlannedStage
        let counters: StageCounters
        /// The segment that the stage is the first of.
        var entered: (any Segment)?
        /// What an earlier attempt of the run has dropped in the stage.
        var dropped = 0

        /// How many elements the stage is at work on.
        var atWork: Int { left - dropped }

        /// How many elements the stage has taken in and not finished.
        var left: Int {
            counters.received.load(ordering: .relaxed)
                - (stage.sink == nil
                    ? counters.finished.load(ordering: .relaxed) : counters.sent.load(ordering: .relaxed))
        }
    }

    /// The stages that count, in the order of the chain, but for the source.
    private let places: [Place]

    init(_ materializer: Materializer) {
        let plan = materializer.plan
        let stages = plan.withCoders
        var places: [Place] = []
        for index in stages.indices.dropFirst() where stages[index].isCounted {
            let number = plan.segments.dropFirst().firstIndex { $0.stages[0] == index }
            // Built from the end of the chain.
            let entered = number.map { materializer.segments[plan.segments.count - 1 - $0] }
            var place = Place(stage: stages[index], counters: materializer.counters[index], entered: entered)
            place.dropped = materializer.isFirst ? 0 : place.left
            places.append(place)
        }
        self.places = places
    }

    /// The last stage that is at work on something or has not taken what waits before it; where there is none, the last
    /// that keeps what it has taken.
    ///
    /// - Returns: the stage, and what it waits for, in words
    var holder: (stage: PlannedStage, reason: String)? {
        for place in places.reversed() {
            let atWork = place.atWork
            if atWork > 0 { return (place.stage, "it is at work on \(atWork) elements") }
            let waiting = place.entered?.load.events ?? 0
            if waiting > 0 { return (place.stage, "it has not taken \(waiting) elements that wait before it") }
        }
        guard let last = places.last else { return nil }
        if let fold = places.last(where: { $0.stage.role == .fold }) {
            return (fold.stage, "it holds what it has taken until its trigger")
        }
        return (last.stage, "it has not confirmed what it has written")
    }
}
