import Synchronization

/// Carries the end of a run from the supervisor's thread to the tasks that wait for it.
final class RunCompletion: Sendable {
    private struct State {
        var result: Result<RunReport, PipelineError>?
        var waiting: [CheckedContinuation<RunReport, any Error>] = []
    }

    private let state = Mutex(State())

    func end(_ result: Result<RunReport, PipelineError>) {
        let waiting = state.withLock { state in
            state.result = result
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(with: result.mapError { $0 }) }
    }

    func value() async throws -> RunReport {
        try await withCheckedThrowingContinuation { continuation in
            let result = state.withLock { state in
                if state.result == nil { state.waiting.append(continuation) }
                return state.result
            }
            if let result { continuation.resume(with: result.mapError { $0 }) }
        }
    }
}
