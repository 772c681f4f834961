public import Connect

/// How members convince each other that they belong together.
@_spi(Fuzzing)
public enum Authentication: Sendable {
    /// Not at all: for loopback only.
    case none
    /// By a secret that all know. The closure gives the HMAC-SHA-256 of a message with it; a member that does not know
    /// it learns nothing but the protocol's version.
    case sharedSecret(mac: @Sendable (_ message: Bytes) -> Bytes)
    /// By certificates, which TLS has checked before the first frame.
    case certificates

    /// What stands for it on the wire.
    enum Kind: UInt8, Sendable, CaseIterable {
        case none
        case sharedSecret
        case certificates

        var sentence: String {
            switch self {
            case .none: "no authentication"
            case .sharedSecret: "a shared secret"
            case .certificates: "certificates"
            }
        }
    }

    var kind: Kind {
        switch self {
        case .none: .none
        case .sharedSecret: .sharedSecret
        case .certificates: .certificates
        }
    }

    /// The proof of a message; empty where nothing is to be proven.
    func proof(of message: Bytes) -> Bytes {
        if case .sharedSecret(let mac) = self { mac(message) } else { Bytes() }
    }

    /// Whether two proofs are the same, in a time that does not tell where they differ.
    static func areEqual(_ left: Bytes, _ right: Bytes) -> Bool {
        left.count == right.count && zip(left, right).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
