/// Who is to be told what becomes of a batch: the sender of its newest attempt.
struct BatchOwner: Sendable, Hashable {
    var sender: Int
    var attempt: UInt32

    /// In place of a sender that is not there any more.
    static let nobody = -1
}
