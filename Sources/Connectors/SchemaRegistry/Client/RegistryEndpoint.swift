import Connect

/// One address of a registry.
struct RegistryEndpoint: Sendable, Hashable {
    let isSecure: Bool
    let host: String
    let port: Int
    /// What stands before the paths of requests: nothing, or `/` and more, without a slash at the end.
    let prefix: String

    /// The port of registries.
    static let defaultPort = 8081

    /// Reads an address.
    ///
    /// - Throws: `ConnectorError` with the code `configuration` where it is none
    init(_ text: String) throws(ConnectorError) {
        let schemes = ["http://": false, "https://": true]
        guard let scheme = schemes.first(where: { text.hasPrefix($0.key) }) else {
            throw Self.wrong(text, "write http://HOST:PORT or https://HOST:PORT")
        }
        isSecure = scheme.value
        let rest = text.dropFirst(scheme.key.count)
        let slash = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        var path = rest[slash...]
        guard !path.contains(where: { "?# ".contains($0) }) else {
            throw Self.wrong(text, "leave out what stands behind ? and #")
        }
        while path.hasSuffix("/") { path.removeLast() }
        prefix = String(path)
        var authority = rest[..<slash]
        guard !authority.contains("@") else {
            throw ConnectorError(
                .configuration, "an address of a registry has a name or password in it; give these by user and password"
            )
        }
        var port = Self.defaultPort
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            guard let number = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(number) else {
                throw Self.wrong(text, "its port is no number from 1 to 65535")
            }
            port = number
            authority = authority[..<colon]
        }
        self.port = port
        if authority.hasPrefix("["), authority.hasSuffix("]") { authority = authority.dropFirst().dropLast() }
        guard !authority.isEmpty else { throw Self.wrong(text, "it has no host") }
        host = String(authority)
    }

    private static func wrong(_ text: String, _ mend: String) -> ConnectorError {
        ConnectorError(.configuration, "\"\(text)\" is no address of a registry; \(mend)")
    }

    /// The value of the header `Host`.
    var hostHeader: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}

extension RegistryEndpoint: CustomStringConvertible {
    var description: String { (isSecure ? "https://" : "http://") + hostHeader + prefix }
}
