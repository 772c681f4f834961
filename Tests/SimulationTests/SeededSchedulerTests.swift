import Connect
import ConnectTesting
import Testing

@Suite struct SeededSchedulerTests {
    @Test func `a run is the same for the same seed and another for another`() throws {
        func times(_ seed: UInt64) throws -> [UInt64] {
            let sink = RecordingSink<Int>(mayBlock: true)
            try SeededScheduler.run(seed: seed) { scheduler in
                _ = try PipelineRun(
                    Pipeline("same").root(ListSource(0..<200)).map { $0 * 2 }.par(3).to(sink),
                    .quiet(on: scheduler)
                ).wait()
            }
            #expect(sink.elements == (0..<200).map { $0 * 2 })
            return sink.log.entries.map(\.time.nanoseconds)
        }
        #expect(try times(1) == times(1))
        #expect(try times(1) != times(2))
    }

    @Test func `threads that all wait without a deadline are reported as stuck`() throws {
        let failure = #expect(throws: SimulationFailure.self) {
            try SeededScheduler.run(seed: 1) { scheduler in
                let nobody = Guarded(0, scheduler: scheduler)
                let condition = nobody.monitor.makeCondition()
                nobody.waitWithLock { $0 == 1 ? .done(()) : .wait(condition) }
            }
        }
        #expect(failure?.kind == .stuck)
        #expect(failure?.report.contains("test #0: waits on condition 1, never signalled") == true)
    }

    @Test func `a loop over a lock is reported as a livelock`() throws {
        var limits = SeededScheduler.Limits()
        limits.steps = 1000
        let failure = #expect(throws: SimulationFailure.self) {
            try SeededScheduler.run(seed: 1, limits: limits) { scheduler in
                let state = Guarded(0, scheduler: scheduler)
                while state.withLock({ $0 == 0 }) {}
            }
        }
        #expect(failure?.kind == .livelock)
    }

    @Test func `a thread that keeps the baton is reported as hung`() throws {
        var limits = SeededScheduler.Limits()
        limits.realTime = .milliseconds(20)
        let failure = #expect(throws: SimulationFailure.self) {
            try SeededScheduler.run(seed: 1, limits: limits) { _ in
                // Waits outside of the simulation.
                SystemScheduler.shared.sleep(for: .seconds(3))
            }
        }
        #expect(failure?.kind == .hung)
    }

    @Test func `an hour of virtual time passes at once`() throws {
        let before = SystemScheduler.shared.now
        let passed = try SeededScheduler.run(seed: 3) { scheduler in
            let start = scheduler.now
            scheduler.sleep(for: .seconds(3600))
            return scheduler.now.elapsed(since: start)
        }
        #expect(passed >= .seconds(3600))
        #expect(SystemScheduler.shared.now.elapsed(since: before) < .seconds(3))
    }

    @Test func `an error of the body is thrown on`() {
        struct Own: Error {}
        #expect(throws: Own.self) { try SeededScheduler.run(seed: 1) { _ in throw Own() } }
    }
}
