import Connect
import Synchronization

/// Runs pipelines of contract suites on real threads; a run that does not end is a violation instead of a hang.
struct SupervisedRun: Sendable {
    let check: String
    let timeout: Duration

    /// Runs to the end.
    ///
    /// - Parameters:
    ///   - pipeline: what is run
    ///   - options: how it is run
    ///   - stopAfter: stops the run after a while
    /// - Returns: why the run failed; nil where it did not
    /// - Throws: a ``ContractViolation`` where the run has not ended in time
    func run(
        _ pipeline: Pipeline, _ options: RunOptions = .quiet(), stopAfter: Duration? = nil
    ) throws -> PipelineError? {
        let run: PipelineRun
        do {
            run = try PipelineRun(pipeline, options)
        } catch {
            throw ContractViolation(check, "the pipeline cannot be planned: \(error)")
        }
        let alarms = Alarms(scheduler: options.scheduler)
        defer { alarms.cancel() }
        if let stopAfter { alarms.call(after: stopAfter) { run.stop() } }
        let isLate = Flag()
        alarms.call(after: timeout) {
            isLate.raise()
            run.abort()
        }
        do {
            _ = try run.wait()
            return nil
        } catch let error {
            if isLate.isRaised { throw ContractViolation(check, "the run has not ended within \(timeout)") }
            return error
        }
    }

    /// Runs to the end, which must be a success.
    ///
    /// - Throws: a ``ContractViolation`` where the run failed or has not ended in time
    func succeed(_ pipeline: Pipeline, _ options: RunOptions = .quiet(), stopAfter: Duration? = nil) throws {
        if let error = try run(pipeline, options, stopAfter: stopAfter) {
            throw ContractViolation(check, "the run was to succeed, but failed: \(error)")
        }
    }

    func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        if !condition { throw ContractViolation(check, message()) }
    }

    /// Compares elements; the message says where they differ, not what they hold.
    func requireEqual<Element: Hashable>(_ found: [Element], _ expected: [Element], isOrdered: Bool) throws {
        if isOrdered ? found == expected : counts(found) == counts(expected) { return }
        let place = zip(found, expected).prefix { $0 == $1 }.count
        throw ContractViolation(
            check,
            "expected \(expected.count) elements, found \(found.count)"
                + (isOrdered ? "; the first difference is at element \(place), counted from 0" : " or others"))
    }

    private func counts<Element: Hashable>(_ elements: [Element]) -> [Element: Int] {
        elements.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
}

/// Calls closures after a while, unless it is cancelled before.
private final class Alarms: Sendable {
    private let isCancelled: Guarded<Bool>
    private let changed: Monitor.Condition
    private let scheduler: any Scheduler

    init(scheduler: any Scheduler) {
        self.scheduler = scheduler
        isCancelled = Guarded(false, scheduler: scheduler)
        changed = isCancelled.monitor.makeCondition()
    }

    func call(after duration: Duration, _ body: @escaping @Sendable () -> Void) {
        let deadline = scheduler.now.advanced(by: duration)
        scheduler.spawn(name: "alarm") {
            let isDue = self.isCancelled.waitWithLock { isCancelled in
                if isCancelled { return .done(false) }
                return self.scheduler.now >= deadline ? .done(true) : .wait(self.changed, until: deadline)
            }
            if isDue { body() }
        }
    }

    func cancel() {
        isCancelled.withLock { isCancelled in
            isCancelled = true
            changed.broadcast()
        }
    }
}

private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isRaised: Bool { value.load(ordering: .acquiring) }

    func raise() { value.store(true, ordering: .releasing) }
}
