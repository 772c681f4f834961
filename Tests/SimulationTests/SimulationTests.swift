import Connect
import ConnectTesting
import Foundation
import Testing

/// Random pipelines under a seeded scheduler, judged by a sequential model.
///
/// `CONNECT_SEEDS` sets how many, `CONNECT_SEED` replays one.
@Suite(.serialized) struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment

    private static func seeds(_ usual: Int, from first: Int, share: Int = 1) -> ClosedRange<Int> {
        if let seed = environment["CONNECT_SEED"].flatMap(Int.init) { return seed...seed }
        let count = environment["CONNECT_SEEDS"].flatMap(Int.init).map { $0 / share } ?? usual
        return first...(first + max(1, count) - 1)
    }

    // S-ORD-1 S-ORD-2 S-ACK-1 S-ACK-2 S-ACK-5 S-ACK-7 S-END-1 S-END-3 S-END-4 S-ERR-1 S-ERR-2 S-MEM-1
    @Test func `random pipelines do what a sequential run would`() {
        judge(Self.seeds(1000, from: 1), "random pipelines do what") { shape in
            var limits = SeededScheduler.Limits()
            limits.steps = 3_000_000
            return try SeededScheduler.run(seed: shape.seed, limits: limits) { scheduler in
                try ShapedRun(shape: shape, scheduler: scheduler).run()
            }
        }
    }

    @Test func `random pipelines on real threads do what a sequential run would`() {
        // Real threads wait most of the time: a tenth of the seeds.
        judge(Self.seeds(200, from: 1_000_001, share: 10), "random pipelines on real") { shape in
            try ShapedRun(shape: shape, scheduler: SystemScheduler.shared).run()
        }
    }

    // S-ACK-6
    @Test func `what a sink that keeps positions holds after crashes and restarts is whole`() throws {
        // Those that once lost or repeated something: an abort that drops what a worker has in hand, and an element that
        // fails behind the limit's last output.
        let known = [2_004_095, 2_007_008, 2_007_294, 2_009_029]
        for seed in known + Array(Self.seeds(300, from: 2_000_001)) {
            var shape = Shape(seed: UInt64(seed))
            shape.revokes = false
            shape.acknowledgesElements = false
            let fixed = shape
            let verdict: String?
            do {
                verdict = try SeededScheduler.run(seed: shape.seed) { scheduler in
                    try RestartJudge(shape: fixed, scheduler: scheduler).verdict()
                }
            } catch {
                verdict = "\(error)"
            }
            if let verdict {
                Issue.record(
                    """
                    \(verdict)
                      replay with CONNECT_SEED=\(seed) swift test --filter "what a sink that keeps"
                      \(shape)
                    """)
            }
        }
    }

    // S-ACK-6, S-ACK-7, S-END-3
    @Test func `what is committed in transactions is whole, whatever is aborted, lost, fails or is cut`() throws {
        judgeTransactions(Self.seeds(400, from: 3_000_001), "what is committed in transactions") { shape in
            var limits = SeededScheduler.Limits()
            limits.steps = 3_000_000
            return try SeededScheduler.run(seed: shape.seed, limits: limits) { scheduler in
                try TransactionJudge(shape: shape, scheduler: scheduler).verdict()
            }
        }
    }

    // S-ACK-6, S-ACK-7, S-END-3
    @Test func `what is committed from real threads in transactions is whole, whatever is aborted, lost or fails`() {
        // Pauses before a further attempt take their time here.
        judgeTransactions(Self.seeds(40, from: 4_000_001, share: 20), "what is committed from real threads") { shape in
            try TransactionJudge(shape: shape, scheduler: SystemScheduler.shared, mayCut: false).verdict()
        }
    }

    private func judgeTransactions(_ seeds: ClosedRange<Int>, _ name: String, _ verdict: (Shape) throws -> String?) {
        let start = SystemScheduler.shared.now
        for seed in seeds {
            var shape = Shape(seed: UInt64(seed))
            shape.acknowledgesElements = false
            var found: String?
            do {
                found = try verdict(shape)
            } catch {
                found = "\(error)"
            }
            guard let found else { continue }
            Issue.record(
                """
                \(found)
                  replay with CONNECT_SEED=\(seed) swift test --filter "\(name)"
                  \(shape)
                """)
        }
        let milliseconds = SystemScheduler.shared.now.elapsed(since: start) / .milliseconds(1)
        print("seeds \(seeds): \(milliseconds / Double(seeds.count)) ms per seed")
    }

    private func judge(_ seeds: ClosedRange<Int>, _ name: String, _ run: (Shape) throws -> Trace) {
        let start = SystemScheduler.shared.now
        var bad = 0
        for seed in seeds {
            let shape = Shape(seed: UInt64(seed))
            if Self.environment["CONNECT_VERBOSE"] != nil { print("seed \(seed): \(shape)") }
            var verdict: String?
            do {
                verdict = Judge(shape, try run(shape)).verdict()
            } catch {
                verdict = "\(error)"
            }
            guard let verdict else { continue }
            bad += 1
            if bad <= 20 {
                Issue.record(
                    """
                    \(verdict)
                      replay with CONNECT_SEED=\(seed) swift test --filter "\(name)"
                      \(shape)
                    """)
            }
        }
        let milliseconds = SystemScheduler.shared.now.elapsed(since: start) / .milliseconds(1)
        print("seeds \(seeds): \(bad) bad, \(milliseconds / Double(seeds.count)) ms per seed")
    }
}
