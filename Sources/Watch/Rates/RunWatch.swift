public import Connect
import Synchronization

/// Watches a run: how it stands, and how fast it has gone in the last seconds.
public final class RunWatch: Sendable {
    /// A look at the run.
    public struct Sample: Sendable, Hashable {
        /// How the run stands.
        public var status: RunStatus
        /// How fast it has gone in the last one to five seconds, or since its beginning.
        public var rates: RunRates

        /// A look at a run.
        public init(status: RunStatus, rates: RunRates) {
            self.status = status
            self.rates = rates
        }
    }

    /// Rates are taken over at least so much time, so that two looks in a row do not show noise.
    static let shortest = Duration.seconds(1)
    /// Rates are taken over at most so much time, where there were looks in between.
    static let longest = Duration.seconds(5)

    private let read: @Sendable () -> RunStatus
    private let seen = Mutex<[RunStatus]>([])

    /// Watches a run.
    ///
    /// - Parameter status: tells how the run stands; called with each look
    public init(status: @escaping @Sendable () -> RunStatus) {
        read = status
    }

    /// Watches a run.
    public convenience init(_ run: PipelineRun) {
        self.init { run.status }
    }

    /// Looks at the run. May be called at any time, from any thread.
    public func look() -> Sample {
        let now = read()
        let earlier = seen.withLock { seen in
            while seen.count > 1, now.elapsed - seen[1].elapsed >= RunWatch.longest { seen.removeFirst() }
            let earlier = seen.first { now.elapsed - $0.elapsed >= RunWatch.shortest }
            if seen.last.map({ now.elapsed - $0.elapsed >= .milliseconds(200) }) ?? true { seen.append(now) }
            return earlier
        }
        return Sample(status: now, rates: RunRates(from: earlier, to: now))
    }
}
