public import Synchronization

/// What ends the part of a source that may be committed.
@usableFromInline
enum AckMark: Sendable {
    /// An element was dropped behind so many limits, as far as is known. It spares the element that a further limit let
    /// through last.
    case dropped(behind: Int)
    /// An element failed behind so many limits, as far as is known. A further limit that let an output of this very element
    /// through, as its last, came before the failure.
    case failed(behind: Int)
    /// The so many-th limit of the chain let its last element through; the index is the one behind it.
    case limit(Int)

    /// An element was dropped, maybe above all limits.
    @usableFromInline static var stop: AckMark { .dropped(behind: 0) }

    /// An element failed where no limit comes any more.
    @usableFromInline static var hard: AckMark { .failed(behind: .max) }
}

/// Counts what is still under way of one batch. It knows no elements: marks go at once to the tracker of the source.
///
/// Every batch holds its token once; whoever hands out a part of a batch adds a hold before and the part's receiver
/// releases it after. At zero the token tells whoever made it, by `didFinish()`.
public class AckToken: @unchecked Sendable {
    // Proof for `@unchecked Sendable`: all stored properties are constant; the counters are atomics. Subclasses
    // (of this module only) follow the same rule or guard their state by the lock of the tracker.
    @usableFromInline let holds = Atomic<Int>(1)
    /// Where the batch stands in the order of its source; used to find the earliest of several errors.
    let sequence: Int
    /// Whether each element's own end is wanted, because the source acknowledges single messages.
    let tracksElements: Bool

    init(sequence: Int, tracksElements: Bool) {
        self.sequence = sequence
        self.tracksElements = tracksElements
    }

    /// Adds a hold, for a part that goes a way of its own.
    @usableFromInline
    final func addHold() {
        holds.add(1, ordering: .relaxed)
    }

    /// Gives a hold back.
    @usableFromInline
    final func release() {
        let left = holds.subtract(1, ordering: .acquiringAndReleasing).newValue
        assert(left >= 0, "a token was released twice")
        if left == 0 { didFinish() }
    }

    /// Whether there is no other hold than the caller's.
    final var isHeldOnce: Bool { holds.load(ordering: .acquiring) == 1 }

    /// Lowers the ceiling of the source.
    @usableFromInline
    func mark(_ mark: AckMark, at index: Int) {}

    /// Lowers the ceiling below everything that the token stands for, what it has absorbed included.
    func markWhole(_ mark: AckMark) {
        self.mark(mark, at: 0)
    }

    /// Notes how elements ended; called only where ``tracksElements`` is set.
    func note(_ status: AckStatus, in range: Range<Int>) {}

    /// Where an element stands in its source.
    func position(at index: Int) -> Position? { nil }

    /// Where an element stands in its partition.
    func offset(at index: Int) -> Int64? { position(at: index)?.offset }

    /// Where an element stands in the order of the source: the batch that the source made, and the element in it.
    func rootPlace(of index: Int) -> (sequence: Int, index: Int) { (sequence, index) }

    /// Takes the place of an earlier token that is held by the same stage, so that holding for long costs nothing.
    ///
    /// - Returns: whether the earlier token is done with and may be forgotten without being released
    func absorb(_ earlier: AckToken) -> Bool { false }

    /// Called once, when the last hold is given back.
    func didFinish() {}
}
