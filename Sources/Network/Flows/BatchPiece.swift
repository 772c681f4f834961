/// Some elements of one batch, in order: what a fragment carries.
struct BatchPiece<Element: Sendable>: Sendable {
    var number: UInt64
    var attempt: UInt32
    /// How many elements of the batch stand before these.
    var first: Int
    var elements: [Element]
    /// Whether no further element of the batch follows.
    var isLast: Bool
    /// Whether the stages have failed behind these elements, so that nothing more comes of the batch.
    var isFailed = false
    /// What the piece costs of the flow's credit, in bytes: all of its frame, so that nothing is free of charge.
    var size: Int

    /// Whether nothing more of the batch comes by this attempt.
    var isFinal: Bool { isLast || isFailed }

    /// How many elements of the batch there are up to the end of this piece.
    var end: Int { first + elements.count }
}
