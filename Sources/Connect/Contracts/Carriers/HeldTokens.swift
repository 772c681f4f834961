/// The tokens of elements that a stage holds without passing them on, oldest first.
///
/// Neighbours of one source are merged, so that holding a billion elements costs as much as holding two batches. The
/// oldest stays as it is: it may be held from its middle on, and a mark must find its first element.
@usableFromInline
struct HeldTokens: Sendable {
    @usableFromInline
    struct Held: Sendable {
        let token: AckToken
        /// The first element of the token's batch that is held.
        let from: Int
        /// Whether the token stands for earlier ones as well.
        var isMerged = false
    }

    @usableFromInline private(set) var held: [Held] = []

    @usableFromInline init() {}

    @usableFromInline var isEmpty: Bool { held.isEmpty }

    /// Takes over one hold on a token.
    @usableFromInline
    mutating func append(_ token: AckToken, from: Int) {
        append(Held(token: token, from: from))
    }

    private mutating func append(_ new: Held) {
        if let last = held.last, last.token === new.token {
            // Parts of a batch that went by different lanes come in any order.
            let from = min(last.from, new.from)
            held[held.count - 1] = Held(token: last.token, from: from, isMerged: last.isMerged || new.isMerged)
            new.token.release()
            return
        }
        held.append(new)
        mergeLast()
    }

    /// Merges the last one with those before it, as far as it goes. Behind workers that keep no order a token may stand
    /// for elements before those of its neighbour: then that one takes it in.
    private mutating func mergeLast() {
        while held.count >= 3 {
            let last = held[held.count - 1]
            let before = held[held.count - 2]
            var kept: Held
            if last.token.absorb(before.token) {
                kept = last
            } else if before.token.absorb(last.token) {
                kept = before
            } else {
                return
            }
            kept.isMerged = true
            held.removeLast()
            held[held.count - 1] = kept
        }
    }

    /// Takes over all holds of other tokens that came before these.
    mutating func prepend(_ earlier: HeldTokens) {
        var all = earlier
        for entry in held { all.append(entry) }
        self = all
    }

    /// Gives all holds away.
    @usableFromInline
    mutating func take() -> HeldTokens {
        defer { held.removeAll() }
        return self
    }

    /// Tells the source that nothing of what is held is done. All are told, since the oldest need not be the first
    /// where no order is kept.
    @usableFromInline
    func mark(_ mark: AckMark) {
        for entry in held {
            if entry.isMerged { entry.token.markWhole(mark) } else { entry.token.mark(mark, at: entry.from) }
        }
    }

    /// Notes how all held elements ended, for sources that acknowledge single messages.
    func note(_ status: AckStatus) {
        for entry in held where entry.token.tracksElements {
            entry.token.note(status, in: entry.from..<Int.max)
        }
    }

    /// Gives all holds back.
    @usableFromInline
    mutating func release() {
        for entry in take().held { entry.token.release() }
    }

    var sequence: Int? { held.last?.token.sequence }
    var tracksElements: Bool { held.contains { $0.token.tracksElements } }
}
