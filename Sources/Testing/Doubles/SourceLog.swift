public import Connect
import Synchronization

/// What a ``ScriptedSource`` did in all its runs.
public final class SourceLog<Element: Sendable>: Sendable {
    /// An element that was given to a run.
    public struct Given: Sendable {
        /// The element.
        public let element: Element
        /// Its partition.
        public let partition: String
        /// Its number in the partition; reading goes on behind it at `offset + 1`.
        public let offset: Int64
    }

    /// A partition that was given up.
    public struct Revocation: Sendable, Hashable {
        /// The partition.
        public let partition: String
        /// Whether everything in flight was done and committed in time.
        public let isDrained: Bool
        /// When the revocation returned.
        public let time: MonotonicTime
        /// How many elements had been given before it.
        public let given: Int
    }

    private struct State: Sendable {
        var given: [Given] = []
        var revocations: [Revocation] = []
        var starts: [[Position]] = []
        var closes = 0
    }

    private let state = Mutex(State())

    private let onRevoke: @Sendable (Revocation) -> Void

    init(onRevoke: @escaping @Sendable (Revocation) -> Void) {
        self.onRevoke = onRevoke
    }

    /// The elements given, in order.
    public var given: [Given] { state.withLock { $0.given } }
    /// The revocations that have returned, in order.
    public var revocations: [Revocation] { state.withLock { $0.revocations } }
    /// The positions that each run has started from, by run.
    public var starts: [[Position]] { state.withLock { $0.starts } }
    /// How often the source was closed.
    public var closes: Int { state.withLock { $0.closes } }

    func noteGiven(_ element: Element, _ partition: String, _ offset: Int64) {
        state.withLock { $0.given.append(Given(element: element, partition: partition, offset: offset)) }
    }

    func noteRevoked(_ partition: String, isDrained: Bool, at time: MonotonicTime) {
        let revocation = state.withLock { state in
            let revocation = Revocation(
                partition: partition, isDrained: isDrained, time: time, given: state.given.count)
            state.revocations.append(revocation)
            return revocation
        }
        onRevoke(revocation)
    }

    func noteOpened(at positions: [Position]) {
        state.withLock { $0.starts.append(positions) }
    }

    func noteClosed() {
        state.withLock { $0.closes += 1 }
    }
}
