import Connect
import ConnectTesting
import Testing

/// A partition is taken away while its elements are under way.
@Suite struct RevocationTests {
    static let routes: [Shape] = [
        Shape("a sink that holds", { def, _ in def }, { [$0] }), .map, .flatMap, .segmented,
        Shape("a fold of each", { def, _ in def.fold(into: 0) { $0 += $1 }.trigger(each: 1) }, { [$0] }),
        Shape(
            "workers without order", { $0.map { $0 }.par($1, order: .unordered) }, { [$0] }),
        Shape(
            "lanes by key", { $0.map { $0 }.par($1, order: .key { (element: Int) in element }) }, { [$0] }),
    ]

    // S-ACK-7
    @Test(
        "What is in flight of a revoked partition is drained through all stages and committed first", arguments: routes,
        [1, 2, 3] as [UInt64])
    func drains(_ route: Shape, seed: UInt64) throws {
        let commits = CommitLog()
        let source = ScriptedSource<Int>(
            [
                .elements(Array(1...10), partition: "a"), .elements(Array(11...15), partition: "b"),
                .revoke("a", timeout: .seconds(20)), .elements(Array(16...20), partition: "b"),
            ], commits: commits)
        let sink = RecordingSink<Int>(confirmation: .flush, mayBlock: true)
        try simulate(seed: seed) { _ in
            route.declare(Pipeline("drained").root(source), 3).to(sink)
        }
        let revocation = try #require(source.log.revocations.first)
        #expect(revocation.isDrained)
        #expect(revocation.time < MonotonicTime(nanoseconds: 6_000_000_000), "it waited for the timeout")
        let last = commits.commits.last { $0.positions.contains { $0.partition == "a" } }
        #expect(last.map { $0.time <= revocation.time } == true)
        #expect(commits.position(in: "a")?.offset == 10)
        #expect(commits.position(in: "b")?.offset == 10)
    }

    // S-ACK-7
    @Test("Nothing of a revoked partition is committed afterwards", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func commitsNothingMore(seed: UInt64) throws {
        let commits = CommitLog()
        let source = ScriptedSource<Int>(
            [
                .elements(Array(0..<10), partition: "a"), .elements(Array(0..<10), partition: "b"),
                .revoke("a", timeout: .zero), .elements(Array(0..<10), partition: "b"),
            ], commits: commits)
        let sink = RecordingSink<Int>(
            confirmation: .acknowledgement, mayBlock: true,
            confirmations: .later(upTo: .milliseconds(100), seed: seed))
        try simulate(seed: seed, options: { $0.checkpointEvery = .milliseconds(1) }) { _ in
            Pipeline("revoked").root(source).map { $0 }.par(2).to(sink)
        }
        let revocation = try #require(source.log.revocations.first)
        #expect(!revocation.isDrained)
        let late = commits.commits.filter { $0.time > revocation.time }.flatMap(\.positions)
        #expect(!late.contains { $0.partition == "a" })
        #expect(commits.position(in: "a")?.offset ?? 0 < 10)
        // What is in flight goes on to the sink all the same, and the other partition is not held up.
        #expect(sink.elements.count == 30)
        #expect(commits.position(in: "b")?.offset == 20)
    }

    // S-ACK-7
    @Test func `What was done of a partition, but not committed before it was given up, is not committed afterwards`()
        throws
    {
        let commits = CommitLog()
        let source = ScriptedSource<Int>(
            [
                .elements(Array(0..<10), partition: "a"), .elements(Array(0..<10), partition: "b"),
                .wait(.seconds(1)), .revoke("a", timeout: .zero), .elements(Array(10..<20), partition: "b"),
            ], commits: commits)
        let sink = RecordingSink<Int>()
        try simulate(options: { $0.checkpointEvery = .seconds(100) }) { _ in
            Pipeline("late").root(source).map { $0 }.par(2).to(sink)
        }
        #expect(sink.elements.count == 30 && sink.log.confirmed.allSatisfy { $0 })
        #expect(source.log.revocations.map(\.isDrained) == [false])
        #expect(commits.position(in: "a") == nil)
        #expect(commits.position(in: "b")?.offset == 20)
    }

    // S-ACK-7
    @Test func `A drain that takes longer than its timeout is given up`() throws {
        let commits = CommitLog()
        let source = ScriptedSource<Int>(
            [.elements(Array(0..<10), partition: "a"), .revoke("a", timeout: .seconds(1))], commits: commits)
        let sink = RecordingSink<Int>()
        try simulate { scheduler in
            Pipeline("timeout").root(source).map { element in
                scheduler.sleep(for: .milliseconds(400))
                return element
            }.buffer(20).to(sink)
        }
        let revocation = try #require(source.log.revocations.first)
        #expect(!revocation.isDrained)
        #expect(revocation.time.nanoseconds >= 2_000_000_000)
        #expect(revocation.time.nanoseconds < 2_700_000_000)
        #expect((1...3).contains(commits.position(in: "a")?.offset ?? 0))
        #expect(sink.elements.count == 10)
    }

    // S-TRG-2, S-ACK-5, S-ACK-7
    @Test("What a fold holds of a partition that is given up is not committed, by nobody", arguments: [1, 3])
    func givesUpWhatAFoldHolds(par: Int) throws {
        let commits = CommitLog()
        let source = ScriptedSource<Int>(
            [
                .elements(Array(1...10), partition: "a"), .elements(Array(11...15), partition: "b"),
                .revoke("a", timeout: .seconds(5)), .elements(Array(16...20), partition: "b"),
            ], commits: commits)
        let sink = CollectSink<Int>()
        try simulate { _ in
            Pipeline("held").root(source).map { $0 }.par(par).fold(into: 0) { $0 += $1 }.trigger(each: 8).to(sink)
        }
        let revocation = try #require(source.log.revocations.first)
        #expect(!revocation.isDrained)
        #expect(revocation.time >= MonotonicTime(nanoseconds: 6_000_000_000), "it was not waited for")
        // The second emission, that comes after the revocation, stands for the last two of it as well.
        #expect(sink.elements == [36, 136, 210])
        #expect(commits.position(in: "a")?.offset ?? 0 <= 8)
        #expect(
            !commits.commits.contains { $0.time > revocation.time && $0.positions.contains { $0.partition == "a" } })
        #expect(commits.position(in: "b")?.offset == 10)
    }

    // S-ACK-7: a partition that comes back is another one.
    @Test func `A partition that comes back starts from where it is given again`() throws {
        let commits = CommitLog()
        let source = ScriptedSource<Int>(
            [
                .elements(Array(0..<10), partition: "a"), .revoke("a", timeout: .seconds(5)),
                .elements(Array(4..<8), partition: "a", from: 4),
            ], commits: commits)
        let sink = CollectSink<Int>()
        try simulate { _ in Pipeline("back").root(source).to(sink) }
        #expect(sink.elements == Array(0..<10) + Array(4..<8))
        #expect(commits.commits.flatMap(\.positions).map(\.offset) == [10, 8])
    }
}
