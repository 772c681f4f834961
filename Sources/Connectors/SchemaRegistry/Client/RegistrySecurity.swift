import Connect
import NIOSSL

/// TLS towards a registry.
enum RegistrySecurity {
    /// Reads and checks certificates and keys; blocks for files.
    ///
    /// - Throws: `ConnectorError` with the code `configuration` where they cannot be used
    static func context(_ configuration: SchemaRegistryConfiguration) throws(ConnectorError) -> NIOSSLContext {
        var settings = TLSConfiguration.makeClientConfiguration()
        if let path = configuration.trustRoots {
            settings.trustRoots = .certificates(try certificates(in: path))
        }
        if let path = configuration.certificate {
            settings.certificateChain = try certificates(in: path).map { .certificate($0) }
            settings.privateKey = .privateKey(
                try key(in: configuration.key ?? path, password: configuration.keyPassword))
        }
        do {
            return try NIOSSLContext(configuration: settings)
        } catch {
            throw ConnectorError(
                .configuration, "certificate, key and trust roots for the registry cannot be used together: \(error)")
        }
    }

    /// The handler of a connection.
    static func handler(_ context: NIOSSLContext, host: String) throws -> NIOSSLClientHandler {
        // A name is asked for where the host is one; addresses are compared by the library.
        let isAddress = host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }

    private static func certificates(in path: String) throws(ConnectorError) -> [NIOSSLCertificate] {
        guard let found = try? NIOSSLCertificate.fromPEMFile(path), !found.isEmpty else {
            throw ConnectorError(
                .configuration, "\(path) has no certificate that can be read; name a file of PEM")
        }
        return found
    }

    private static func key(in path: String, password: String?) throws(ConnectorError) -> NIOSSLPrivateKey {
        // Without a password the library would ask for one on the terminal.
        let key = try? NIOSSLPrivateKey(file: path, format: .pem) { $0(Array((password ?? "").utf8)) }
        // What the library says could be of the key.
        guard let key else {
            throw ConnectorError(
                .configuration,
                "\(path) has no key that can be read; name a file of PEM, and the password where it is encrypted")
        }
        return key
    }
}
