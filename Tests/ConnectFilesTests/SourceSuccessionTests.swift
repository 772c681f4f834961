import Testing

@testable import Connect
@testable import ConnectFiles

@Suite struct `A renewed partition` {
    private let tracker = PositionTracker(
        scheduler: VirtualScheduler(), tracksElements: false, isOrdered: false)

    /// A batch of one element of each partition given, behind which reading goes on at the offset.
    private func begin(_ runs: (partition: PartitionID, next: Int64)...) -> RootToken {
        var batch = SourceBatch<Int>(capacity: 16)
        for run in runs { batch.append(0, partition: run.partition, next: run.next) }
        return tracker.register(batch.runs, count: batch.count, at: MonotonicTime(nanoseconds: 0))
    }

    @Test func `is committed only when all of the earlier one is done`() {
        // S-ACK-2: a crash in between must find the place in the earlier file.
        let old = tracker.partition(named: "log", detail: "1:1")
        let first = begin((old, 10))
        let second = begin((old, 20))
        let new = tracker.renew("log", detail: "1:2")
        let third = begin((new, 5))
        first.release()
        third.release()
        #expect(
            tracker.takeChanges().positions == [Position(partition: "log", offset: 10, detail: "1:1")])
        #expect(tracker.finalPositions() == [Position(partition: "log", offset: 10, detail: "1:1")])
        second.release()
        #expect(tracker.takeChanges().positions.last == Position(partition: "log", offset: 5, detail: "1:2"))
        #expect(tracker.finalPositions() == [Position(partition: "log", offset: 5, detail: "1:2")])
        #expect(tracker.takeChanges().positions.isEmpty)
    }

    @Test func `waits for what its splitter gave out in the same batch`() {
        let old = tracker.partition(named: "log", detail: "1:1")
        let new = tracker.renew("log", detail: "1:2")
        let both = begin((old, 10), (new, 5))
        #expect(tracker.takeChanges().positions.isEmpty)
        both.release()
        #expect(tracker.takeChanges().positions.map(\.offset) == [10, 5])
        #expect(tracker.name(of: old) == "log" && tracker.name(of: new) == "log")
    }

    @Test func `waits for all that went before it, and others do not wait for it`() {
        let other = tracker.partition(named: "other", detail: "")
        let oldest = begin((tracker.partition(named: "log", detail: "1"), 1))
        let middle = begin((tracker.renew("log", detail: "2"), 2))
        let last = begin((tracker.renew("log", detail: "3"), 3), (other, 7))
        middle.release()
        last.release()
        #expect(tracker.takeChanges().positions == [Position(partition: "other", offset: 7)])
        #expect(tracker.finalPositions() == [Position(partition: "other", offset: 7)])
        // Were the first batch done, everything would be.
        #expect(tracker.positions(before: 1).map(\.detail) == ["", "3"])
        #expect(!tracker.revoke("log", timeout: .zero))
        oldest.release()
        #expect(tracker.takeChanges().positions.isEmpty)
    }

    @Test func `may be one that had no number yet`() {
        let batch = begin((tracker.renew("log", detail: "1"), 1))
        batch.release()
        #expect(tracker.takeChanges().positions == [Position(partition: "log", offset: 1, detail: "1")])
    }
}
