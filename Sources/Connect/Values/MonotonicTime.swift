/// An instant of the monotonic clock; it has no relation to the time of day.
public struct MonotonicTime: Sendable, Hashable, Comparable {
    /// Nanoseconds since some fixed instant.
    public var nanoseconds: UInt64

    /// An instant by its nanoseconds.
    @inlinable
    public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// Later than every instant: a wait without a deadline.
    @inlinable
    public static var distantFuture: MonotonicTime { MonotonicTime(nanoseconds: .max) }

    /// Whether one instant is before another.
    @inlinable
    public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The instant a while later, never beyond ``distantFuture``.
    public func advanced(by duration: Duration) -> MonotonicTime {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        return overflow ? .distantFuture : MonotonicTime(nanoseconds: sum)
    }

    /// How long after another instant this one is; zero where it is not after it.
    public func elapsed(since start: MonotonicTime) -> Duration {
        .nanoseconds(Int64(clamping: nanoseconds > start.nanoseconds ? nanoseconds - start.nanoseconds : 0))
    }
}

extension Duration {
    /// The duration in nanoseconds, rounded down; negative ones are 0, very long ones the largest number.
    public var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : product &+ UInt64(attoseconds / 1_000_000_000)
    }
}
