/// Looks up what the domain name system knows of a name.
public protocol DNSResolver: Sendable {
    /// The targets of a name's SRV records (RFC 2782).
    ///
    /// - Parameter name: such as `_connect._tcp.workers.default.svc.cluster.local`
    /// - Returns: host and port of each; empty where the name does not exist or has no such records
    /// - Throws: ``MembershipError`` where nobody who knows can be asked
    func services(of name: String) throws(MembershipError) -> [(host: String, port: Int)]

    /// The IPv4 addresses of a name, or where it has none its IPv6 addresses.
    ///
    /// - Returns: empty where the name does not exist or has no addresses
    /// - Throws: ``MembershipError`` where nobody who knows can be asked
    func addresses(of name: String) throws(MembershipError) -> [String]
}
