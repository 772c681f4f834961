/// How members convince each other that they belong together: before the first frame, by what is beneath the frames.
@_spi(Fuzzing)
public enum Authentication: UInt8, Sendable, Hashable, CaseIterable {
    /// Not at all.
    case none
    /// By TLS with a secret that all know.
    case sharedSecret
    /// By TLS with certificates of both sides.
    case certificates

    /// How it is called in sentences.
    var sentence: String {
        switch self {
        case .none: "no authentication"
        case .sharedSecret: "a shared secret"
        case .certificates: "certificates"
        }
    }
}
