/// What a member knows of its epoch and of the change that is to end it. Decides nothing by time.
///
/// Whoever wants a change tells all; whoever hears of one tells it on, and prepares for it. Of several changes one wins
/// everywhere (``ListChange/isBetter(than:)``), and nobody wants another one while one is under way, so when all are known
/// to follow the same, that stays so: from then on a member says when it has nothing left to do. When all have said so, each
/// begins the new epoch by itself. What is known of others is told on: no two members need a connection of their own.
struct EpochState: Sendable, Hashable {
    /// What is to be done about a change that somebody wants.
    enum Reply: Sendable, Hashable {
        /// It is the one that counts now: it is to be told on, and prepared for.
        case adopted
        /// It is known.
        case known
        /// Another one counts, or its epoch has begun.
        case outdated
    }

    let own: Int
    /// How many members the list has.
    let count: Int
    /// 0 until another member was met.
    private(set) var epoch: UInt64
    private(set) var change: ListChange?
    /// The members for which the change counts.
    private(set) var adopters: Set<Int> = []
    /// The members that have nothing left to do for the change.
    private(set) var drained: Set<Int> = []
    /// The members that are not waited for.
    private var absent: Set<Int> = []

    /// An epoch that begins.
    ///
    /// - Parameters:
    ///   - own: the place of this member
    ///   - count: how many members the list has
    ///   - epoch: its number; 0 where it is still to be learnt
    init(own: Int, of count: Int, epoch: UInt64 = 0) {
        self.own = own
        self.count = count
        self.epoch = epoch
    }

    /// Another member has been met, who may know the number of the epoch.
    mutating func join(_ epoch: UInt64) { self.epoch = max(self.epoch, epoch) }

    /// Wants a change.
    ///
    /// - Parameters:
    ///   - list: the members of the new epoch
    ///   - way: how to get there
    /// - Returns: what is to be done; ``Reply/known`` also where another member wants the same already
    mutating func propose(_ list: [String], _ way: ListChange.Way) -> Reply {
        if let change, change.list == list, change.way >= way { return .known }
        // Where one is under way that cannot come to its end, the next epoch is skipped.
        return receive(
            ListChange(epoch: max(epoch, change?.epoch ?? 0, 1) + 1, place: UInt32(own), way: way, list: list))
    }

    /// Hears of a change.
    mutating func receive(_ change: ListChange) -> Reply {
        guard change.epoch > max(epoch, 1) else { return .outdated }
        if self.change == change { return .known }
        if let known = self.change, !change.isBetter(than: known) { return .outdated }
        self.change = change
        adopters = Int(change.place) < count ? [own, Int(change.place)] : [own]
        drained = []
        return .adopted
    }

    /// Hears how far the change has come.
    ///
    /// - Returns: whether that was news, to be told on
    mutating func receive(_ told: Drained) -> Bool {
        guard let change, told.epoch == change.epoch, told.place == change.place, told.way == change.way else {
            return false
        }
        let before = drained.count + adopters.count
        adopters.formUnion(told.adopters.map { Int($0) }.filter { $0 < count })
        drained.formUnion(told.places.map { Int($0) }.filter { $0 < count })
        return drained.count + adopters.count > before
    }

    /// This member has nothing left to do.
    ///
    /// - Returns: whether that was news, to be told
    mutating func finish() -> Bool { change != nil && drained.insert(own).inserted }

    /// All others are through, whatever is known of them: one of them has begun the new epoch.
    mutating func finishOthers() {
        adopters.formUnion(0..<count)
        drained.formUnion((0..<count).filter { $0 != own })
    }

    /// A member is not to be waited for, or is again.
    mutating func setAbsent(_ place: Int, _ isAbsent: Bool) {
        if isAbsent { absent.insert(place) } else { absent.remove(place) }
    }

    /// Whether the change counts for all who are there, so that no other one can take its place.
    var isAgreed: Bool {
        change != nil && (0..<count).allSatisfy { adopters.contains($0) || absent.contains($0) }
    }

    /// Whether the new epoch begins.
    var isComplete: Bool {
        isAgreed && drained.contains(own) && (0..<count).allSatisfy { drained.contains($0) || absent.contains($0) }
    }

    /// What others are to be told of who is through.
    var told: Drained? {
        change.map { change in
            Drained(
                epoch: change.epoch, place: change.place, way: change.way,
                adopters: adopters.sorted().map { UInt32($0) }, places: drained.sorted().map { UInt32($0) })
        }
    }
}

extension ListChange {
    /// Whether this one counts where both are wanted: the same for all who compare them.
    func isBetter(than other: ListChange) -> Bool {
        if epoch != other.epoch { return epoch > other.epoch }
        // A loss cannot be undone by waiting for an orderly end.
        if (way == .cut) != (other.way == .cut) { return way == .cut }
        if place != other.place { return place < other.place }
        return way == other.way ? list.lexicographicallyPrecedes(other.list) : way > other.way
    }
}

extension ListChange.Way: Comparable {
    /// By how much of what goes on they end.
    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
