public import Connect

/// How fast a run has gone between two moments.
public struct RunRates: Sendable, Hashable {
    /// How fast one stage has gone.
    public struct Stage: Sendable, Hashable {
        /// Elements that came in, per second.
        public var received: Double
        /// Elements that went out, per second.
        public var sent: Double
        /// Bytes that came in, per second.
        public var receivedBytes: Double
        /// Bytes that went out, per second.
        public var sentBytes: Double
    }

    /// The time between the two moments.
    public var interval: Duration
    /// How fast each stage has gone, in the order of the chain.
    public var stages: [Stage]
    /// The part of the time in which the threads of each segment were busy, 0 ... 1, in the order of the chain.
    public var utilization: [Double]
    /// How much of what the source reads it has read, per second, where it says how far it has come.
    public var progress: Double?
    /// When the source will have read everything, if it goes on like this; nil where it is not known.
    public var timeLeft: Duration?

    /// How fast a run has gone.
    ///
    /// - Parameters:
    ///   - earlier: how it stood before; nil is its beginning
    ///   - later: how it stands
    public init(from earlier: RunStatus?, to later: RunStatus) {
        interval = later.elapsed - (earlier?.elapsed ?? .zero)
        let seconds = interval.seconds
        func rate(_ now: Int, _ before: Int?) -> Double {
            seconds > 0 ? Double(max(0, now - (before ?? 0))) / seconds : 0
        }
        // Before a run is built it has no stages.
        let old = earlier?.stages.count == later.stages.count ? earlier?.stages : nil
        stages = later.stages.indices.map { index in
            let (now, before) = (later.stages[index], old?[index])
            return Stage(
                received: rate(now.received, before?.received), sent: rate(now.sent, before?.sent),
                receivedBytes: rate(now.receivedBytes, before?.receivedBytes),
                sentBytes: rate(now.sentBytes, before?.sentBytes))
        }
        let segments = earlier?.segments.count == later.segments.count ? earlier?.segments : nil
        utilization = later.segments.indices.map { index in
            let now = later.segments[index]
            let busy = now.busy - (segments?[index].busy ?? .zero)
            return seconds > 0 ? min(1, max(0, busy.seconds / (seconds * Double(max(1, now.threads))))) : 0
        }
        guard let now = later.progress else { return }
        let done = Double(now.done - (earlier?.progress?.done ?? 0))
        let speed = seconds > 0 ? max(0, done / seconds) : 0
        progress = speed
        let left = Double(max(0, now.total - now.done))
        if later.isBounded, later.phase == .running, speed > 0 {
            timeLeft = .milliseconds(min(left / speed * 1000, 1e15))
        }
    }

    /// The segment that sets the pace, as its place among the segments: the one whose threads are busiest. Where none is
    /// busy for more than half of the time the run waits for its source, which is the first. Nil before the run is built.
    public var pacingSegment: Int? {
        guard let most = utilization.max() else { return nil }
        return most > 0.5 ? utilization.lastIndex(of: most) : 0
    }
}

extension Duration {
    /// The duration in seconds, with their fraction.
    package var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
