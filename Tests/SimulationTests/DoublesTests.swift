import Connect
import ConnectTesting
import Testing

@Suite struct DoublesTests {
    private struct Refusal: Error {}

    @Test func `a scripted source does its steps, with gaps, in virtual time`() throws {
        let source = ScriptedSource<String>([
            .elements(["a", "b"], partition: "x"), .idle, .wait(.seconds(5)), .elements(["c"], partition: "x", from: 7),
            .complete("x"), .elements(["d"], partition: "y"), .end, .elements(["never"]),
        ])
        let sink = RecordingSink<String>()
        let store = RecordingCheckpointStore()
        let report = try SeededScheduler.run(seed: 4) { scheduler in
            try PipelineRun(
                Pipeline("script").root(source).to(sink), .quiet(on: scheduler, checkpoints: store)
            ).wait()
        }
        #expect(sink.elements == ["a", "b", "c", "d"])
        #expect(report.duration >= .seconds(5))
        #expect(
            store.checkpoint?.positions["ScriptedSource"] == [
                Position(partition: "x", offset: 8, isComplete: true), Position(partition: "y", offset: 1),
            ])
        #expect(source.log.closes == 1)
        #expect(store.opens == 1 && store.closes == 1)
    }

    @Test func `a scripted source that fails ends the run with its error, behind what it gave`() throws {
        let source = ScriptedSource<Int>([.elements([1, 2]), .fail(Refusal()), .elements([3])])
        let sink = RecordingSink<Int>()
        let error = #expect(throws: PipelineError.self) {
            try SeededScheduler.run(seed: 1) { scheduler in
                _ = try PipelineRun(Pipeline("fails").root(source).to(sink), .quiet(on: scheduler)).wait()
            }
        }
        #expect(error?.code == .sourceFailed)
        #expect(error?.cause is Refusal)
        #expect(sink.elements == [1, 2])
    }

    @Test func `nothing is committed before the test has confirmed it`() throws {
        let commits = CommitLog()
        let source = ScriptedSource<Int>([.elements([1]), .wait(.milliseconds(1)), .elements([2])], commits: commits)
        let sink = RecordingSink<Int>(confirmation: .acknowledgement, confirmations: .onCommand)
        try SeededScheduler.run(seed: 9) { scheduler in
            let run = try PipelineRun(Pipeline("command").root(source).to(sink), .quiet(on: scheduler))
            scheduler.sleep(for: .seconds(1))
            #expect(sink.elements == [1, 2])
            #expect(commits.commits.isEmpty)
            #expect(sink.confirmNext(1) == 1)
            scheduler.sleep(for: .seconds(1))
            #expect(commits.positions == [Position(partition: "0", offset: 1)])
            #expect(sink.confirmNext() == 1)
            _ = try run.wait()
        }
        #expect(commits.positions == [Position(partition: "0", offset: 2)])
        #expect(sink.log.confirmed == [true, true])
    }

    @Test(arguments: [true, false])
    func `a recording sink fails at the write or flush it is told`(atWrite: Bool) throws {
        var behaviour = RecordingSink<Int>.Behaviour()
        if atWrite { behaviour.failingWrite = 2 } else { behaviour.failingFlush = 2 }
        let sink = RecordingSink<Int>(confirmation: .flush, window: 3, behaviour: behaviour)
        let commits = CommitLog()
        let source = ScriptedSource<Int>([.elements(Array(0..<30))], commits: commits)
        let error = #expect(throws: PipelineError.self) {
            try SeededScheduler.run(seed: 2) { scheduler in
                _ = try PipelineRun(Pipeline("fails").root(source).to(sink), .quiet(on: scheduler)).wait()
            }
        }
        #expect(error?.code == .sinkFailed)
        #expect(sink.log.entries.last?.event == .closed(succeeded: false))
        let confirmed = sink.log.confirmed.prefix { $0 }.count
        #expect(commits.position(in: "0")?.offset == Int64(confirmed))
    }

    @Test func `commits and saves that fail are tried again`() throws {
        let commits = CommitLog()
        commits.failNext(3)
        let store = RecordingCheckpointStore()
        store.failNext(2)
        try SeededScheduler.run(seed: 5) { scheduler in
            let own = ScriptedSource<Int>([.elements([1, 2])], commits: commits)
            _ = try PipelineRun(
                Pipeline("own").root(own).to(RecordingSink<Int>()), .quiet(on: scheduler)
            ).wait()
            _ = try PipelineRun(
                Pipeline("store").root(ListSource([1, 2])).to(RecordingSink<Int>()),
                .quiet(on: scheduler, checkpoints: store)
            ).wait()
        }
        #expect(commits.failed == 3)
        #expect(commits.position(in: "0")?.offset == 2)
        #expect(store.failed == 2)
        #expect(store.saves.count == 1)
    }
}
