import Connect
import ConnectTesting
import Synchronization

/// Runs a pipeline on simulated threads, in virtual time.
///
/// - Parameters:
///   - seed: decides which thread runs when
///   - change: changes the options of the run
///   - make: declares the pipeline; is given the scheduler, by which closures may sleep
/// - Returns: what the run did
/// - Throws: what the run throws
@discardableResult
func simulate(
    seed: UInt64 = 1, options change: @escaping @Sendable (inout RunOptions) -> Void = { _ in },
    _ make: @escaping @Sendable (SeededScheduler) throws -> Pipeline
) throws -> RunReport {
    try simulate(seed: seed, options: change, make) { _, run in try run.wait() }
}

/// Runs a pipeline on simulated threads while another one, that of the test, does something with the run.
func simulate<Result: Sendable>(
    seed: UInt64 = 1, limits: SeededScheduler.Limits = SeededScheduler.Limits(),
    options change: @escaping @Sendable (inout RunOptions) -> Void = { _ in },
    _ make: @escaping @Sendable (SeededScheduler) throws -> Pipeline,
    while body: @escaping @Sendable (SeededScheduler, PipelineRun) throws -> Result
) throws -> Result {
    try SeededScheduler.run(seed: seed, limits: limits) { scheduler in
        var options = RunOptions.quiet(on: scheduler)
        change(&options)
        return try body(scheduler, PipelineRun(make(scheduler), options))
    }
}

extension RunReport {
    /// Where the only partition was committed last; nil where nothing was committed.
    var offset: Int64? { committed.first?.offset }
}

extension MemoryCheckpointStore {
    /// Where the only partition of the only source stands.
    func offset(of pipeline: String) -> Int64? {
        checkpoint(of: pipeline)?.positions.values.first?.first?.offset
    }
}

/// Something that closures on many threads share with the test.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) {
        mutex = Mutex(value)
    }

    var value: Value { mutex.withLock { $0 } }

    @discardableResult
    func change<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        mutex.withLock { body(&$0) }
    }
}

/// A mistake in a test's own closure.
struct Broken: Error, Hashable {
    var element = -1
}

/// A small random while, the same for the same number everywhere.
func someWhile(_ number: Int, upTo limit: Duration) -> Duration {
    var random = SplitMix(seed: UInt64(bitPattern: Int64(number)))
    return limit / 1000 * Int(random.next() % 1001)
}
