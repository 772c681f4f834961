import Connect

/// What to do about a transaction, given what the client has answered (KIP-447; rdkafka.h, "Transactional producer API").
///
/// A pure value: it calls nothing and knows no clock but the times it is told.
///
/// | answer | initialize, begin | send offsets, commit | abort |
/// |---|---|---|---|
/// | done | go on | go on | rewind |
/// | retriable | the same call again | the same call again | the same call again |
/// | abortable | fail | abort, then rewind | fail |
/// | fatal | fail | fail | fail |
/// | any other | fail | fail | fail |
///
/// What is tried again for longer than the timeout is given up: a transaction is aborted, anything else fails.
struct TransactionMachine: Sendable, Hashable {
    /// A call of the client.
    enum Call: Sendable, Hashable, CaseIterable {
        case initialize, begin, sendOffsets, commit, abort
    }

    /// How the client answers a call.
    enum Answer: Sendable, Hashable, CaseIterable {
        case done, retriable, abortable, fatal, other
    }

    /// What comes next.
    enum Step: Sendable, Hashable {
        /// Nothing more: the transaction is ready to be written to, or committed.
        case finished
        /// A call, at once or after a pause.
        case call(Call, after: Duration)
        /// Nothing of the transaction took effect: everything since the last one is done again.
        case rewind
        /// The client is of no use any more.
        case fail
    }

    /// Where the transaction stands.
    enum Phase: Sendable, Hashable {
        /// The client is not registered with the brokers.
        case new
        /// Nothing was written since the last transaction.
        case idle
        case open
        /// The offsets are in the transaction.
        case complete
        case ended
    }

    /// How long a call is tried again.
    let timeout: Duration
    private(set) var phase = Phase.new
    /// Since when the call that failed last is tried again.
    private var retriesSince: MonotonicTime?
    private var pause = Duration.zero

    init(timeout: Duration) {
        self.timeout = timeout
    }

    /// Whether messages may be written.
    var isOpen: Bool { phase == .open }

    /// The first call that makes the transaction ready to be written to; nil where it is.
    var callToOpen: Call? {
        switch phase {
        case .new: .initialize
        case .idle: .begin
        case .open, .complete, .ended: nil
        }
    }

    /// Says what follows a call.
    ///
    /// - Parameters:
    ///   - call: what was called
    ///   - answer: how it ended
    ///   - now: when
    /// - Returns: what comes next
    mutating func step(after call: Call, _ answer: Answer, at now: MonotonicTime) -> Step {
        switch answer {
        case .done:
            retriesSince = nil
            return advance(call)
        case .retriable: return again(call, at: now)
        case .abortable where call == .sendOffsets || call == .commit:
            retriesSince = nil
            return .call(.abort, after: .zero)
        case .abortable, .fatal, .other:
            phase = .ended
            return .fail
        }
    }

    private mutating func advance(_ call: Call) -> Step {
        switch call {
        case .initialize: phase = .idle
        case .begin: phase = .open
        case .sendOffsets:
            phase = .complete
            return .call(.commit, after: .zero)
        case .commit: phase = .idle
        case .abort:
            phase = .ended
            return .rewind
        }
        return .finished
    }

    private mutating func again(_ call: Call, at now: MonotonicTime) -> Step {
        let since = retriesSince ?? now
        if retriesSince == nil { pause = .milliseconds(50) }
        retriesSince = since
        if now.elapsed(since: since) < timeout {
            defer { pause = min(pause * 2, .seconds(1)) }
            return .call(call, after: pause)
        }
        retriesSince = nil
        if call == .sendOffsets || call == .commit { return .call(.abort, after: .zero) }
        phase = .ended
        return .fail
    }
}
