/// What waits in a segment, for metrics.
struct SegmentLoad: Sendable, Hashable {
    /// Elements that wait at the entry.
    var events = 0
    /// How many bytes they have.
    var bytes = 0
    /// Elements that are worked through and wait for those before them; nil where outputs keep no order of their own.
    var reordered: Int?

    /// Counts what waits at another entry as well.
    mutating func add(_ other: SegmentLoad) {
        events += other.events
        bytes += other.bytes
    }
}
