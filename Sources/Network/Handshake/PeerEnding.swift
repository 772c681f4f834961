/// How a connection ended, as this side sees it.
@_spi(Fuzzing)
public enum PeerEnding: Sendable, Hashable {
    /// Before the two had accepted each other; whichever of them refused.
    case refused(Refusal)
    /// After that, for what the sentence says; with what the other side said about its leave, where it did.
    case lost(String, goodbye: Goodbye?)
    /// By this side, on purpose.
    case left(Goodbye)
}
