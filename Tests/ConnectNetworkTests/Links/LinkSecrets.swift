import Connect
import Foundation
import ProcessSupport

@testable import ConnectNetwork

/// Secrets and certificates of tests.
enum LinkSecrets {
    static let right = PeerSecurity(kind: .sharedSecret("a secret that all of them know"))
    static let wrong = PeerSecurity(kind: .sharedSecret("a secret that only one knows"))
}

/// An authority that signs certificates, made anew for a test.
struct LinkAuthority {
    private let scratch: Scratch
    private let name: String

    init(_ name: String, in scratch: Scratch) throws {
        self.scratch = scratch
        self.name = name
        try openssl(
            ["req", "-x509"] + LinkAuthority.newKey
                + ["-keyout", scratch.path("\(name).key"), "-out", root, "-days", "30", "-subj", "/CN=\(name)"])
    }

    /// The path of its own certificate.
    var root: String { scratch.path("\(name).pem") }

    /// The certificate of a member, with this authority as the root.
    ///
    /// - Parameters:
    ///   - member: how it is called
    ///   - days: how long it is valid; negative where it has expired
    ///   - other: the authority whose certificates are trusted; by default this one
    /// - Returns: with the paths of files
    /// - Throws: where there is no openssl
    func security(of member: String, days: Int = 30, trusting other: LinkAuthority? = nil) throws -> PeerSecurity {
        let (key, request, chain) = (
            scratch.path("\(member).key"), scratch.path("\(member).csr"), scratch.path("\(member).pem")
        )
        try openssl(["req"] + LinkAuthority.newKey + ["-keyout", key, "-out", request, "-subj", "/CN=\(member)"])
        try openssl([
            "x509", "-req", "-in", request, "-CA", root, "-CAkey", scratch.path("\(name).key"), "-CAcreateserial",
            "-out",
            chain, "-days", "\(days)",
        ])
        return .certificates(chain: chain, key: key, trustRoots: (other ?? self).root)
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    private func openssl(_ arguments: [String]) throws {
        guard try ChildProcess.status(of: ["openssl"] + arguments) == 0 else {
            throw TestFailure("openssl \(arguments) failed")
        }
    }
}
