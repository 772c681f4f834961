/// How much of one batch was passed on, over all attempts.
struct PassedElements: Sendable, Hashable {
    private var count = 0
    private var passing: BatchOwner?

    /// What of a piece is to be passed on.
    ///
    /// - Parameters:
    ///   - piece: the next piece of an attempt, in order
    ///   - owner: who sent it, and which attempt it is
    ///   - isDeterministic: whether every attempt gives the same, so that what was passed on is skipped
    /// - Returns: the delivery, which may be empty
    /// - Throws: where the attempt has fewer elements than were passed on of an earlier one
    mutating func pass<Element>(
        _ piece: BatchPiece<Element>, of owner: BatchOwner, isDeterministic: Bool
    ) throws(ProtocolError) -> MergeDelivery<Element> {
        var delivery = MergeDelivery(
            number: piece.number, first: piece.first, elements: piece.elements, isLast: piece.isLast, isAnew: false)
        delivery.isFailed = piece.isFailed
        if passing != owner {
            passing = owner
            if !isDeterministic {
                delivery.isAnew = count > 0
                count = 0
            }
        }
        if piece.first < count {
            let skipped = min(count - piece.first, piece.elements.count)
            delivery.elements.removeFirst(skipped)
            delivery.first += skipped
        }
        count = max(count, piece.end)
        guard !piece.isLast || piece.end == count else {
            throw ProtocolError(
                .notDeterministic,
                "attempt \(piece.attempt) of batch \(piece.number) gave \(piece.end) elements, \(count) were passed on "
                    + "before; mark the stage that differs with `.nondeterministic`")
        }
        return delivery
    }
}
