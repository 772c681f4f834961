import Connect
import ConnectTesting
import Testing

/// How a run stands while it runs, and whether it is ready.
@Suite struct StatusTests {
    /// Where a pipeline can be held up, and what is then said to hold it.
    private struct Held: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let stage: String
        let reason: String
        let make: @Sendable (SeededScheduler, RecordingSink<Int>) -> Pipeline
    }

    private static func hang(_ scheduler: SeededScheduler, at element: Int) -> @Sendable (Int) -> Int {
        { number in
            if number == element { scheduler.sleep(for: .seconds(100)) }
            return number
        }
    }

    private static let held: [Held] = [
        Held(testDescription: "a map", stage: "stuck", reason: "it is at work on") { scheduler, sink in
            Pipeline("held").root(ListSource(0..<50)).map { $0 }.map(hang(scheduler, at: 0)).named("stuck")
                .map { $0 }.to(sink)
        },
        Held(testDescription: "a filter", stage: "stuck", reason: "it is at work on") { scheduler, sink in
            let hang = hang(scheduler, at: 0)
            return Pipeline("held").root(ListSource(0..<50)).filter { hang($0) >= 0 }.named("stuck")
                .map { $0 }.to(sink)
        },
        Held(testDescription: "a map of several workers", stage: "stuck", reason: "it is at work on") {
            scheduler, sink in
            Pipeline("held").root(ListSource(0..<50)).map(hang(scheduler, at: 0)).named("stuck").par(2).to(sink)
        },
        Held(testDescription: "a map behind a flatMap", stage: "stuck", reason: "it is at work on") {
            scheduler, sink in
            Pipeline("held").root(ListSource(0..<50)).flatMap { [$0, $0] }.map(hang(scheduler, at: 0)).named("stuck")
                .buffer(1).to(sink)
        },
        Held(testDescription: "a fold", stage: "held", reason: "until its trigger") { _, sink in
            Pipeline("held").root(ScriptedSource<Int>([.elements([1, 2]), .wait(.seconds(100))]))
                .fold(into: 0) { $0 += $1 }.trigger(each: 1000).named("held").to(sink)
        },
        Held(testDescription: "a sink that does not confirm", stage: "RecordingSink", reason: "not confirmed") {
            _, sink in
            Pipeline("held").root(ScriptedSource<Int>([.elements([1, 2]), .wait(.seconds(100))])).to(sink)
        },
    ]

    // S-MEM-4
    @Test("A stall names the stage that holds the line, the oldest position and the reason", arguments: held)
    private func names(held: Held) throws {
        let sink = RecordingSink<Int>(
            confirmation: .acknowledgement, confirmations: held.stage == "RecordingSink" ? .onCommand : .atOnce)
        let found = try simulate(options: { $0.stallTimeout = .seconds(10) }) { scheduler in
            held.make(scheduler, sink)
        } while: { scheduler, run in
            scheduler.sleep(for: .seconds(5))
            let before = run.status
            scheduler.sleep(for: .seconds(20))
            let during = run.status
            scheduler.sleep(for: .seconds(100))
            while sink.confirmNext() > 0 {}
            _ = try run.wait()
            return (before, during, run.status)
        }
        #expect(found.0.stall == nil)
        #expect(found.1.stall?.stage == held.stage)
        #expect(found.1.stall?.reason.contains(held.reason) == true, "\(found.1.stall?.reason ?? "")")
        #expect(found.1.stall?.position?.partition == "0")
        #expect(found.1.stall.map { $0.age >= .seconds(20) } == true)
        #expect(!found.1.isReady)
        #expect(found.2.stall == nil)
        #expect(found.2.batchesUnderWay == 0)
    }

    // S-MEM-4, S-ACK-5
    @Test func `Commits that fail are the reason of a stall`() throws {
        let store = RecordingCheckpointStore()
        store.failNext(100)
        let status = try simulate(options: {
            $0.stallTimeout = .milliseconds(100)
            $0.checkpointEvery = .seconds(2)
            $0.checkpoints = store
        }) { _ in
            Pipeline("held").root(ScriptedSource<Int>([.elements([1, 2]), .wait(.seconds(100))]))
                .to(RecordingSink<Int>())
        } while: { scheduler, run in
            scheduler.sleep(for: .milliseconds(2200))
            let status = run.status
            _ = try? run.wait()
            return status
        }
        #expect(status.stall?.reason.hasPrefix("commits fail: ") == true)
        #expect(status.failedCommits > 0)
        #expect(status.commits == 0)
        #expect(!status.isReady)
    }

    // S-ACK-4
    @Test func `A run is ready once it reads and has committed, and no more when it stops`() throws {
        let found = try simulate(options: { $0.checkpointEvery = .seconds(1) }) { scheduler in
            Pipeline("ready").root(
                ScriptedSource<Int>([.wait(.seconds(1)), .elements([1, 2]), .wait(.seconds(100)), .elements([3])])
            ).map { number in
                scheduler.sleep(for: .seconds(3))
                return number
            }.to(RecordingSink<Int>())
        } while: { scheduler, run in
            var found = [run.status]
            for pause in [0.5, 1.5, 18, 88] {
                scheduler.sleep(for: .seconds(pause))
                found.append(run.status)
            }
            run.stop()
            found.append(run.status)
            _ = try run.wait()
            return found + [run.status]
        }
        #expect(found.map(\.phase) == [.starting, .running, .running, .running, .running, .draining, .ended])
        #expect(found.map(\.isReady) == [false, true, false, true, true, false, false])
        #expect(found.map(\.batchesUnderWay) == [0, 0, 1, 0, 1, 1, 0])
        #expect(found.last?.commits == 3)
    }

    // S-MEM-4
    @Test("Where nothing is committed before the end a run is ready while anything moves", arguments: [false, true])
    func isReadyWithoutCommits(hangs: Bool) throws {
        let found = try simulate(options: { $0.stallTimeout = .seconds(10) }) { scheduler in
            Pipeline("once").root(ListSource(0..<60)).map { number in
                scheduler.sleep(for: .seconds(hangs && number == 3 ? 100 : 1))
                return number
            }.named("slow").to(RecordingSink<Int>(confirmation: .close))
        } while: { scheduler, run in
            var found: [RunStatus] = []
            for _ in 0..<4 {
                scheduler.sleep(for: .seconds(9.5))
                found.append(run.status)
            }
            _ = try run.wait()
            return found
        }
        #expect(found.allSatisfy { $0.commitsOnlyAtEnd && $0.commits == 0 && $0.batchesUnderWay > 0 })
        #expect(found.map(\.isReady) == (hangs ? [true, true, false, false] : [true, true, true, true]))
        #expect(found.last?.stall?.stage == (hangs ? "slow" : nil))
    }

    // S-TRG-3
    @Test func `The lag is how old the latest element was when it was read`() throws {
        let status = try simulate { _ in
            Pipeline("late").root(BelatedSource(count: 5, delay: .seconds(7))).to(RecordingSink<Int>())
        } while: { _, run in
            _ = try run.wait()
            return run.status
        }
        let lag = try #require(status.lag)
        #expect(lag >= .seconds(7) && lag < .milliseconds(7100))
    }

    // S-MEM-1
    @Test func `Stages count what goes through them, in the order of the chain`() throws {
        let status = try simulate { _ in
            Pipeline("counts").root(GeneratorSource(count: 100) { Int($0) }).named("numbers")
                .filter { $0.isMultiple(of: 2) }.named("even").par(2).flatMap { [$0, $0] }.named("twice")
                .to(RecordingSink<Int>())
        } while: { _, run in
            _ = try run.wait()
            return run.status
        }
        #expect(status.stages.map(\.name) == ["numbers", "even", "twice", "RecordingSink"])
        #expect(status.stages.map(\.kind) == [.source, .transform, .transform, .sink])
        #expect(status.stages.map(\.received) == [100, 100, 50, 100])
        #expect(status.stages.map(\.sent) == [100, 50, 100, 100])
        #expect(status.stages.map(\.receivedBytes) == [100, 100, 50, 100].map { $0 * 8 })
        #expect(status.stages.map(\.segment) == [1, 2, 2, 2])
        #expect(status.segments.map(\.number) == [1, 2])
        #expect(status.segments.map(\.threads) == [1, 2])
        #expect(status.segments.map(\.waiting) == [0, 0])
        #expect(status.progress == SourceProgress.Extent(done: 100, total: 100))
        #expect(status.isBounded)
        #expect(status.lag == nil)
        #expect(status.committed == [Position(partition: "0", offset: 100, isComplete: false)])
    }
}
