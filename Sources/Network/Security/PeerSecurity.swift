public import Connect

/// What protects the connections between members, and by what they know each other; the same for all of them.
///
/// ```swift
/// let security = try PeerSecurity.sharedSecret(Bytes(secret))
/// let strict = PeerSecurity.certificates(
///     chain: "/etc/orders/member.pem", key: "/etc/orders/member.key", trustRoots: "/etc/orders/members-ca.pem")
/// ```
///
/// | | who can be a member | what others see and change |
/// |---|---|---|
/// | ``loopback`` | whoever is on this machine | nobody is there |
/// | ``plain`` | whoever reaches the port | everything |
/// | ``sharedSecret(_:)`` | whoever knows the secret | nothing |
/// | ``certificates(chain:key:trustRoots:)`` | whoever has a certificate of the trust roots | nothing |
///
/// Neither a description nor a dump of it shows a secret.
public struct PeerSecurity: Sendable {
    enum Kind: Sendable, Hashable {
        case loopback
        case plain
        case sharedSecret(Bytes)
        case certificates(chain: String, key: String, trustRoots: String)
    }

    let kind: Kind

    /// None, on this machine alone: lists with an address that other machines reach are refused.
    public static let loopback = PeerSecurity(kind: .loopback)

    /// None, at any address: whoever reaches the port can read, change and forge everything. For networks in which nobody
    /// else is.
    public static let plain = PeerSecurity(kind: .plain)

    /// How long a shared secret is, in bytes.
    public static let secretLengths = 16...256

    /// TLS with a secret that all members know.
    ///
    /// It should be random, such as what `openssl rand -hex 32` prints: words can be guessed by whoever stands in
    /// between. Neither the secret nor anything that it could be computed from goes over the network later; a secret
    /// that becomes known opens no connection that has ended.
    ///
    /// - Parameter secret: ``secretLengths`` bytes, the same for all members
    /// - Returns: that security
    /// - Throws: ``PeersError`` with the code ``PeersError/Code/unusableSecret`` where it is too short or too long
    public static func sharedSecret(_ secret: Bytes) throws(PeersError) -> PeerSecurity {
        guard secretLengths.contains(secret.count) else {
            throw PeersError(
                .unusableSecret,
                "a shared secret of \(secret.count) bytes cannot be used: \(secretLengths.lowerBound) to "
                    + "\(secretLengths.upperBound) are needed; openssl rand -hex 32 makes a good one")
        }
        return PeerSecurity(kind: .sharedSecret(secret))
    }

    /// TLS 1.3 with a certificate on either side.
    ///
    /// The trust roots are to be an authority of the members alone: whoever has a certificate that they have signed is
    /// taken for a member, whatever name is in it. Certificates that name their uses must be for clients and for servers.
    /// Files are read when an instance starts.
    ///
    /// - Parameters:
    ///   - chain: the path of a PEM file with this member's certificate, and behind it those between it and the root
    ///   - key: the path of a PEM file with the certificate's private key, which is not encrypted
    ///   - trustRoots: the path of a PEM file with the certificates of the authorities that the other members' are
    ///     signed by
    /// - Returns: that security
    public static func certificates(chain: String, key: String, trustRoots: String) -> PeerSecurity {
        PeerSecurity(kind: .certificates(chain: chain, key: key, trustRoots: trustRoots))
    }

    /// What stands for it in the first frame.
    var authentication: Authentication {
        switch kind {
        case .loopback, .plain: .none
        case .sharedSecret: .sharedSecret
        case .certificates: .certificates
        }
    }
}

extension PeerSecurity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What kind of security it is, without secrets.
    public var description: String {
        switch kind {
        case .loopback: "loopback only"
        case .plain: "plain"
        case .sharedSecret: "shared secret"
        case .certificates(let chain, _, _): "certificates (\(chain))"
        }
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Without contents, so that a dump shows no secret.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
