import Connect
import NIOCore
import NIOSSL

/// What is between the socket and the frames: nothing, or TLS with all that it needs.
struct PeerTransport: Sendable {
    let authentication: Authentication
    private let contexts: (dialler: NIOSSLContext, listener: NIOSSLContext)?

    /// Reads and checks what a security needs; blocks for files.
    ///
    /// - Parameters:
    ///   - security: what protects the connections
    ///   - members: between whom
    /// - Throws: ``PeersError`` where members on other machines would be unprotected, or files cannot be used
    init(_ security: PeerSecurity, members: [PeerAddress]) throws(PeersError) {
        authentication = security.authentication
        switch security.kind {
        case .plain, .loopback:
            try Self.check(security, members)
            contexts = nil
        case .sharedSecret(let secret):
            let context = try Self.context(Self.configuration(secret: secret))
            contexts = (context, context)
        case .certificates(let chain, let key, let trustRoots):
            let own = try Self.certificates(in: chain, "the certificate")
                .map { NIOSSLCertificateSource.certificate($0) }
            let roots = NIOSSLTrustRoots.certificates(try Self.certificates(in: trustRoots, "the trust roots"))
            let privateKey = try Self.key(in: key)
            var dialler = TLSConfiguration.makeClientConfiguration()
            dialler.certificateChain = own
            dialler.privateKey = privateKey
            dialler.trustRoots = roots
            // Members are known by who has signed their certificates: addresses need not be in them.
            dialler.certificateVerification = .noHostnameVerification
            dialler.minimumTLSVersion = .tlsv13
            var listener = TLSConfiguration.makeServerConfigurationWithMTLS(
                certificateChain: own, privateKey: privateKey, trustRoots: roots)
            listener.minimumTLSVersion = .tlsv13
            contexts = (try Self.context(dialler), try Self.context(listener))
        }
    }

    /// Checks that members on other machines are not unprotected by mistake.
    ///
    /// - Throws: ``PeersError`` with the code ``PeersError/Code/unprotected``
    static func check(_ security: PeerSecurity, _ members: [PeerAddress]) throws(PeersError) {
        guard case .loopback = security.kind, let other = members.first(where: { !$0.isLoopback }) else { return }
        throw PeersError(
            .unprotected,
            "\(other) is reached from other machines, and nothing protects the connections: give all members a "
                + "shared secret or certificates, or say that plain connections are wanted")
    }

    /// The handler of a new connection; nil without TLS.
    func makeHandler(isDialler: Bool) throws -> NIOSSLHandler? {
        guard let contexts else { return nil }
        return isDialler
            ? try NIOSSLClientHandler(context: contexts.dialler, serverHostname: nil)
            : NIOSSLServerHandler(context: contexts.listener)
    }

    /// What the library has for shared secrets is of TLS 1.2: of its suites, the one with keys that are forgotten
    /// afterwards, and with encryption that notices changes.
    private static func configuration(secret: Bytes) -> TLSConfiguration {
        let identity = "connect"
        let key = { @Sendable () -> NIOSSLSecureBytes in
            var key = NIOSSLSecureBytes()
            key.append(secret)
            return key
        }
        var configuration = TLSConfiguration.makePreSharedKeyConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.maximumTLSVersion = .tlsv12
        configuration.cipherSuiteValues = [NIOTLSCipher(rawValue: 0xCCAC)]
        configuration.pskHint = identity
        configuration.pskClientProvider = { _ in PSKClientIdentityResponse(key: key(), identity: identity) }
        configuration.pskServerProvider = { _ in PSKServerIdentityResponse(key: key()) }
        return configuration
    }

    private static func context(_ configuration: TLSConfiguration) throws(PeersError) -> NIOSSLContext {
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw PeersError(
                .unusableCertificate,
                "certificate, key and trust roots cannot be used together (\(TLSFailure("\(error)").text)): is the key "
                    + "that of the certificate?")
        }
    }

    private static func certificates(in path: String, _ what: String) throws(PeersError) -> [NIOSSLCertificate] {
        let found: [NIOSSLCertificate]
        do {
            found = try NIOSSLCertificate.fromPEMFile(path)
        } catch {
            throw PeersError(
                .unusableCertificate,
                "\(what) cannot be read from \(path): there must be a PEM file that this process may read "
                    + "(\(TLSFailure("\(error)").text))")
        }
        guard !found.isEmpty else {
            throw PeersError(.unusableCertificate, "\(path) has no certificate in it: \(what) must be a PEM file")
        }
        return found
    }

    private static func key(in path: String) throws(PeersError) -> NIOSSLPrivateKeySource {
        do {
            return .privateKey(try NIOSSLPrivateKey(file: path, format: .pem))
        } catch {
            // What the error says could be of the key.
            throw PeersError(
                .unusableCertificate,
                "the key cannot be read from \(path): there must be a PEM file with one private key, not encrypted, that "
                    + "this process may read")
        }
    }
}
