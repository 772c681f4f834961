import Connect
public import ConnectFiles
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A schema registry for tests, demonstrations and small sites: Avro schemas under subjects, by the calls and codes that
/// clients of Confluent's registry know.
///
/// It is one process without replicas. In memory all is gone with it; kept in a file, a change is durable before it is
/// answered.
public final class SchemaRegistryServer: Sendable {
    /// What clients prove who they are by, and what protects what is said.
    public struct Security: Sendable {
        /// The name and password that clients send; nil, for loopback addresses only, asks for none.
        public var user: (name: String, password: String)?
        /// The path of a PEM file with the server's certificate; nil is plain HTTP.
        public var certificate: String?
        /// The path of a PEM file with the certificate's key.
        public var key: String?
        /// The path of a PEM file with the authorities that must have signed the certificates of clients; nil asks for none.
        public var clientAuthorities: String?

        /// What clients prove who they are by.
        ///
        /// - Parameters:
        ///   - user: the name and password that clients send
        ///   - certificate: the path of a PEM file with the server's certificate
        ///   - key: the path of a PEM file with the certificate's key; nil where it stands in the certificate's file
        ///   - clientAuthorities: the path of a PEM file with the authorities of clients' certificates
        public init(
            user: (name: String, password: String)? = nil, certificate: String? = nil, key: String? = nil,
            clientAuthorities: String? = nil
        ) {
            self.user = user
            self.certificate = certificate
            self.key = key
            self.clientAuthorities = clientAuthorities
        }
    }

    private let gate: RegistryGate
    private let host: String
    private let port: Int
    private let context: NIOSSLContext?
    private let group: MultiThreadedEventLoopGroup

    /// A registry; reads its file, and listens at nothing yet.
    ///
    /// - Parameters:
    ///   - host: a name or number of this machine to listen at
    ///   - port: 0...65535; 0 lets the system choose
    ///   - file: what it is kept in; nil keeps it in memory
    ///   - compatibility: the level of subjects of which nothing else is said, until a client says another
    ///   - security: what clients prove who they are by
    /// - Throws: `ConnectorError` where the file or a certificate cannot be used, or others could reach it unasked
    public init(
        host: String = "127.0.0.1", port: Int = 8081, file: FilePath? = nil,
        compatibility: RegistryCompatibility = .backward, security: Security = Security()
    ) throws {
        let isLoopback = host == "localhost" || host == "::1" || host.hasPrefix("127.")
        guard isLoopback || security.user != nil || security.clientAuthorities != nil else {
            throw ConnectorError(
                .configuration,
                "\(host) can be reached from other machines, so clients must log in; give a user, or listen at 127.0.0.1"
            )
        }
        context = try Self.context(security)
        var state = RegistryState(level: compatibility)
        let journal = try file.map { (file) throws(ConnectorError) in try RegistryJournal(file) { state.apply($0) } }
        let authorization = security.user.map { user in
            "Basic " + Base64.standard.text(of: Bytes("\(user.name):\(user.password)"))
        }
        gate = RegistryGate(
            routes: RegistryRoutes(state, journal: journal), authorization: authorization,
            hasCertificates: security.clientAuthorities != nil)
        self.host = host
        self.port = port
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    }

    /// Listens from now on, until ``stop()``.
    ///
    /// - Returns: its address for clients, with the port that was chosen
    /// - Throws: `ConnectorError` where the address cannot be listened at
    public func start() async throws -> String {
        let (gate, context) = (gate, context)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandlers(
                        IdleStateHandler(allTimeout: .seconds(60)), RegistryServerHandler(gate))
                }
            }
        do {
            let channel = try await bootstrap.bind(host: host, port: port).get()
            let name = host.contains(":") ? "[\(host)]" : host
            return "\(context == nil ? "http" : "https")://\(name):\(channel.localAddress?.port ?? port)"
        } catch {
            throw ConnectorError(
                .inputOutput,
                "cannot listen at \(host):\(port): \(error); give another address, or port 0 for a free one")
        }
    }

    /// Listens no more and closes all connections.
    public func stop() async {
        try? await group.shutdownGracefully()
    }

    private static func context(_ security: Security) throws(ConnectorError) -> NIOSSLContext? {
        guard let path = security.certificate else { return nil }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(path)
            let key = try NIOSSLPrivateKey(file: security.key ?? path, format: .pem)
            var settings = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            if let authorities = security.clientAuthorities {
                settings.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorities))
                settings.certificateVerification = .noHostnameVerification
            }
            return try NIOSSLContext(configuration: settings)
        } catch {
            // What the library says could be of the key.
            throw ConnectorError(
                .configuration, "certificate, key and authorities cannot be used together; name files of PEM")
        }
    }
}
