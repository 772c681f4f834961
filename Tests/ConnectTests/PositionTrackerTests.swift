import Testing

@testable import Connect

@Suite("What is under way of a source")
struct PositionTrackerTests {
    @Test("What is not to be committed does not keep a run in memory that has ended")
    func letsGo() {
        weak let left = tracked()
        #expect(left == nil)
    }

    /// Of three batches, the second was dropped, and the third stands behind it.
    private func tracked() -> PositionTracker {
        let tracker = PositionTracker(scheduler: SystemScheduler.shared, tracksElements: false, isOrdered: true)
        let partition = tracker.partition(named: "0", detail: "")
        let tokens = (0..<3).map { number in
            tracker.register(
                [PositionRun(partition: partition, start: 0, end: 10, steps: .numbered(Int64(number) * 10))], count: 10,
                at: MonotonicTime(nanoseconds: number))
        }
        tokens[1].mark(.stop, at: 0)
        for token in tokens { token.release() }
        #expect(tracker.takeChanges().positions.map(\.offset) == [10])
        #expect(tracker.oldest == nil)
        return tracker
    }
}
