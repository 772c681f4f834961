/// How many elements a source is asked for at a time: one at first, and more while the slowest segment is quickly through
/// with what came of them.
///
/// A segment may see more elements than the source gave, or fewer: behind a fold one for thousands. So what counts is
/// how long it is busy for each element of the source.
struct PollSize {
    /// What takes less time than this, in nanoseconds, may grow.
    static let short = 500_000
    /// What takes more time than this, in nanoseconds, is to shrink.
    static let long = 2_000_000

    private struct Segment {
        let pace: PassPace
        var seen = 0
        var cost = SmoothedCost()
    }

    private(set) var size = 1
    private let most: Int
    private var segments: [Segment]

    /// Begins with one element.
    init(most: Int, paces: [PassPace]) {
        self.most = most
        segments = paces.map { Segment(pace: $0) }
    }

    /// Sets the size anew after a poll that brought some elements.
    mutating func adapt(toRead count: Int) {
        guard count > 0 else { return }
        var slowest = 0
        for index in segments.indices {
            let busy = segments[index].pace.busy
            // Before its first pass is over nothing is known of a segment.
            if busy == 0 { continue }
            segments[index].cost.note(elements: count, nanoseconds: busy - segments[index].seen)
            segments[index].seen = busy
            slowest = max(slowest, segments[index].cost.nanoseconds(for: size) ?? 0)
        }
        if slowest < PollSize.short {
            size = min(size * 2, most)
        } else if slowest > PollSize.long {
            size = max(1, size / 2)
        }
    }
}
