import Synchronization

/// The token of a batch of emissions: each stands for many elements of earlier batches and some of the current one.
///
/// Emission 0 stands for everything held before it; emission j for the elements after those of emission j - 1.
@usableFromInline
final class EmissionToken: AckToken, @unchecked Sendable {
    // Proof for `@unchecked Sendable`: everything is constant or behind a lock. Others are called with a copy of `held`,
    // outside of the lock: `absorb` is called only by the one stage that holds this token.

    /// Where an emission ends in the current batch.
    @usableFromInline
    struct End {
        /// Behind the element that brought the emission about.
        var end: Int
        /// The first element after it.
        var next: Int
    }

    private let held: Mutex<HeldTokens>
    private let current: AckToken?
    private let start: Int
    private let ends: [End]
    /// The last limit that has cut the emissions, and the index behind the last one it let through.
    private let limit = Mutex<(number: Int, index: Int)>((0, -1))

    /// Takes over the holds on the held tokens, and one on the current.
    init(held: HeldTokens, current: AckToken?, start: Int, ends: [End]) {
        self.held = Mutex(held)
        self.current = current
        self.start = start
        self.ends = ends
        super.init(
            sequence: current?.sequence ?? held.sequence ?? Int.max,
            tracksElements: held.tracksElements || current?.tracksElements ?? false)
    }

    override func mark(_ mark: AckMark, at index: Int) {
        // What was already made of the limit's own emission goes nowhere, and is not missed: as in the tracker, which
        // could not tell it from the elements before.
        if case .dropped(let limits) = mark {
            let last = limit.withLock { $0 }
            if index + 1 == last.index, limits < last.number { return }
        }
        if case .limit(let number) = mark {
            limit.withLock { if number > $0.number { $0 = (number, index) } }
            // The limit's last emission is the one before the index; without a current batch it is the final one,
            // which stands for everything.
            if index >= 1, index <= ends.count { current?.mark(mark, at: ends[index - 1].end) }
        } else if index == 0 {
            // Behind workers without order what is held need not come before the current batch.
            held.withLock { $0 }.mark(mark)
            if start < .max { current?.mark(mark, at: start) }
        } else if index <= ends.count {
            current?.mark(mark, at: ends[index - 1].next)
        }
    }

    override func note(_ status: AckStatus, in range: Range<Int>) {
        for emission in range.clamped(to: 0..<max(ends.count, 1)) {
            if emission == 0 { held.withLock { $0 }.note(status) }
            guard let current, emission < ends.count else { continue }
            let first = emission == 0 ? start : ends[emission - 1].next
            if first < ends[emission].end { current.note(status, in: first..<ends[emission].end) }
        }
    }

    override func position(at index: Int) -> Position? {
        if index < ends.count { return current?.position(at: max(0, ends[index].end - 1)) }
        return held.withLock { $0 }.held.last.flatMap { $0.token.position(at: $0.from) }
    }

    /// The place of the first element that an emission stands for.
    override func rootPlace(of index: Int) -> (sequence: Int, index: Int) {
        if index == 0, let first = held.withLock({ $0 }).held.first { return first.token.rootPlace(of: first.from) }
        guard let current else { return (sequence, index) }
        return current.rootPlace(of: index == 0 ? start : ends[min(index, ends.count) - 1].next)
    }

    override func absorb(_ earlier: AckToken) -> Bool {
        guard earlier.isHeldOnce, let earlier = earlier as? EmissionToken else { return false }
        var before = earlier.held.withLock { $0.take() }
        if let current = earlier.current { before.append(current, from: earlier.start) }
        var all = held.withLock { $0 }
        all.prepend(before)
        held.withLock { $0 = all }
        return true
    }

    override func didFinish() {
        var held = held.withLock { $0.take() }
        held.release()
        current?.release()
    }
}
