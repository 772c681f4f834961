/// What a merge passes on.
struct MergeDelivery<Element: Sendable>: Sendable {
    var number: UInt64
    /// How many elements of the batch stand before these.
    var first: Int
    var elements: [Element]
    /// Whether this ends the batch; then there may be no elements.
    var isLast: Bool
    /// Whether the stages have failed behind these elements; then there may be none.
    var isFailed = false
    /// Whether the batch begins again though a part of it was passed on before.
    var isAnew: Bool
}
