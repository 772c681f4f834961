import Connect

/// Where a run hands its output to the loop; holds the run up while the loop has enough.
final class DepartureDoor: Sendable {
    private struct State: Sendable {
        /// Bytes that were handed over and that the loop has not looked at.
        var posted = 0
        /// Bytes that the loop has and cannot send.
        var held = 0
        var failure: PipelineError?
        var isDone = false
    }

    private let limit: Int
    private let state: Guarded<State>
    private let changed: Monitor.Condition

    /// An open door.
    ///
    /// - Parameters:
    ///   - limit: from how many bytes on the run waits
    ///   - scheduler: threads and time of the run
    init(limit: Int, scheduler: any Scheduler) {
        self.limit = limit
        state = Guarded(State(), scheduler: scheduler)
        changed = state.monitor.makeCondition()
    }

    // MARK: The run

    /// Waits until there is room, and hands something over.
    ///
    /// - Parameters:
    ///   - bytes: how much it is
    ///   - post: gives it to the loop; not called any more once ``cancel(_:)`` or ``finish()`` has returned
    /// - Returns: whether it was handed over; false where nothing more is wanted
    /// - Throws: what the door was cancelled with
    func pass(_ bytes: Int, _ post: () -> Void) throws -> Bool {
        let result: Result<Bool, PipelineError> = state.waitWithLock { state in
            if let failure = state.failure { return .done(.failure(failure)) }
            if state.isDone { return .done(.success(false)) }
            if state.posted + state.held >= limit { return .wait(changed) }
            state.posted += bytes
            post()
            return .done(.success(true))
        }
        return try result.get()
    }

    /// Tells the loop something, whether there is room or not.
    ///
    /// - Parameter post: not called any more once ``cancel(_:)`` has returned
    func post(_ post: () -> Void) {
        state.withLock { if $0.failure == nil { post() } }
    }

    /// Waits until nothing is left to be done for what went through.
    ///
    /// - Throws: what the door was cancelled with
    func waitUntilDone() throws {
        let failure: PipelineError? = state.waitWithLock { state in
            if state.isDone { return .done(nil) }
            return state.failure.map { .done($0) } ?? .wait(changed)
        }
        if let failure { throw failure }
    }

    // MARK: The loop

    /// Notes what the loop has looked at, and how much it has in all that cannot be sent.
    func took(_ bytes: Int, holding held: Int) {
        state.withLock { state in
            state.posted -= bytes
            state.held = held
            if state.posted + state.held < limit { changed.broadcast() }
        }
    }

    /// Nothing more is wanted; what was handed over is dealt with.
    func finish() {
        state.withLock { state in
            state.isDone = true
            changed.broadcast()
        }
    }

    /// Ends the run's waits with an error.
    func cancel(_ failure: PipelineError) {
        state.withLock { state in
            if state.failure == nil { state.failure = failure }
            changed.broadcast()
        }
    }
}
