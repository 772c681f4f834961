import Connect

/// Elements on their way from the connections to the reader of a run: the loop puts them in, the run's thread takes them.
final class ArrivalQueue: Sendable {
    /// Elements of one partition, with numbers one after the other.
    struct Arrival: Sendable {
        /// Which partition, by its place in the source's list.
        var partition: Int
        /// The number of the first element.
        var offset: Int64
        var elements: ArraySlice<Bytes>
        /// How many bytes it counts for until all of it is taken.
        var size: Int
    }

    /// What the reader finds.
    enum Found: Sendable {
        case arrival(Arrival)
        case nothing
        case end
    }

    private struct State: Sendable {
        var arrivals = NumberedQueue<Arrival>(first: 0)
        var hasEnded = false
        var isInterrupted = false
        var failure: PipelineError?
        /// How many bytes were taken since the last report, by partition.
        var taken: [Int: Int] = [:]
        var isTold = false
        var isCancelled = false
    }

    private let state: Guarded<State>
    private let changed: Monitor.Condition
    private let scheduler: any Scheduler
    /// Called on the reader's thread when something was taken, once before ``takeReport()``.
    private let onTaken: @Sendable () -> Void

    /// An empty queue.
    ///
    /// - Parameters:
    ///   - scheduler: threads and time of the run
    ///   - onTaken: told that something was taken
    init(scheduler: any Scheduler, onTaken: @escaping @Sendable () -> Void) {
        state = Guarded(State(), scheduler: scheduler)
        changed = state.monitor.makeCondition()
        self.scheduler = scheduler
        self.onTaken = onTaken
    }

    // MARK: The loop

    func put(_ arrival: Arrival) {
        state.withLock { state in
            state.arrivals.append(arrival)
            changed.signal()
        }
    }

    /// Says that nothing follows.
    func end() {
        state.withLock { state in
            state.hasEnded = true
            changed.broadcast()
        }
    }

    /// Ends the reader with an error, whatever is still to be taken; nobody is told anything any more.
    func cancel(_ failure: PipelineError) {
        state.withLock { state in
            if state.failure == nil { state.failure = failure }
            state.isCancelled = true
            changed.broadcast()
        }
    }

    /// How many bytes of each partition were taken since the last call.
    func takeReport() -> [Int: Int] {
        state.withLock { state in
            defer { state.taken = [:] }
            state.isTold = false
            return state.taken
        }
    }

    // MARK: The reader

    /// Wakes the reader: nothing more is wanted.
    func interrupt() {
        state.withLock { state in
            state.isInterrupted = true
            changed.broadcast()
        }
    }

    /// Takes elements of one arrival.
    ///
    /// - Parameters:
    ///   - most: how many elements are wanted at most
    ///   - deadline: until when to wait for them
    /// - Returns: elements, or that there are none yet, or none any more
    /// - Throws: what the queue was cancelled with
    func next(most: Int, until deadline: MonotonicTime) throws -> Found {
        let result: Result<Found, PipelineError> = state.waitWithLock { state in
            if let failure = state.failure { return .done(.failure(failure)) }
            if state.arrivals.count > 0 { return .done(.success(.arrival(take(most, of: &state)))) }
            if state.hasEnded { return .done(.success(.end)) }
            if state.isInterrupted || scheduler.now >= deadline { return .done(.success(.nothing)) }
            return .wait(changed, until: deadline)
        }
        return try result.get()
    }

    private func take(_ most: Int, of state: inout State) -> Arrival {
        let first = state.arrivals.first
        var arrival = state.arrivals[first]
        guard arrival.elements.count > most else {
            state.arrivals.removeFirst()
            state.taken[arrival.partition, default: 0] += arrival.size
            tell(&state)
            return arrival
        }
        state.arrivals[first].elements.removeFirst(most)
        state.arrivals[first].offset += Int64(most)
        arrival.elements = arrival.elements.prefix(most)
        return arrival
    }

    /// Under the lock, so that nobody is told after a cancel has returned.
    private func tell(_ state: inout State) {
        guard !state.isTold, !state.isCancelled else { return }
        state.isTold = true
        onTaken()
    }
}
