/// Where a schema registry is and how it is talked to.
///
/// Neither a description nor a dump of it shows a secret.
public struct SchemaRegistryConfiguration: Sendable {
    /// Where it is: `http://` or `https://`, a host, maybe a port (8081 where there is none) and a path; several that know the
    /// same are tried one after the other.
    public var urls: [String]
    /// The name to log in with; nil where none is needed.
    public var user: String?
    /// The password to log in with.
    public var password: String?
    /// The path of a PEM file with the authorities that sign the registry's certificate; nil takes the system's.
    public var trustRoots: String?
    /// The path of a PEM file with a certificate for the client and those up to the authority; nil where none is needed.
    public var certificate: String?
    /// The path of a PEM file with the certificate's key; nil where it stands in the file of the certificate.
    public var key: String?
    /// What the key is encrypted with; nil where it is not.
    public var keyPassword: String?
    /// How long connecting may take.
    public var connectTimeout: Duration
    /// How long an answer may take.
    public var requestTimeout: Duration

    /// A registry.
    ///
    /// - Parameters:
    ///   - urls: where it is
    ///   - user: the name to log in with
    ///   - password: the password to log in with
    ///   - trustRoots: the path of a PEM file with the authorities that sign the registry's certificate
    ///   - certificate: the path of a PEM file with a certificate for the client
    ///   - key: the path of a PEM file with the certificate's key
    ///   - keyPassword: what the key is encrypted with
    ///   - connectTimeout: how long connecting may take
    ///   - requestTimeout: how long an answer may take
    public init(
        _ urls: String..., user: String? = nil, password: String? = nil, trustRoots: String? = nil,
        certificate: String? = nil, key: String? = nil, keyPassword: String? = nil,
        connectTimeout: Duration = .seconds(10), requestTimeout: Duration = .seconds(30)
    ) {
        self.urls = urls
        self.user = user
        self.password = password
        self.trustRoots = trustRoots
        self.certificate = certificate
        self.key = key
        self.keyPassword = keyPassword
        self.connectTimeout = connectTimeout
        self.requestTimeout = requestTimeout
    }
}

extension SchemaRegistryConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Where it is.
    public var description: String { urls.joined(separator: ",") }
    /// The same as ``description``.
    public var debugDescription: String { description }
    /// Without contents, so that a dump shows no secret.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
