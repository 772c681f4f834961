import Connect
import ProcessSupport
import Synchronization

/// Runs what blocks on a thread of its own, and waits for its result: the few threads of tests are for all of them.
func onOwnThread<Result: Sendable>(
    within limit: Duration = .seconds(120), _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    let outcome = Outcome<Result>()
    SystemScheduler.shared.spawn(name: "test") {
        let result = Swift.Result { try body() }
        outcome.result.withLock { $0 = result }
    }
    return try await eventually(within: limit, "the end of a call") { outcome.result.withLock { $0 } }.get()
}

private final class Outcome<Success: Sendable>: Sendable {
    let result = Mutex<Result<Success, any Error>?>(nil)
}
