/// Where the status server listens.
public struct StatusAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or a number, without brackets.
    public var host: String
    /// The port, 0 ... 65,535; 0 lets the system choose.
    public var port: Int

    /// A host and a port.
    public init(host: String = "127.0.0.1", port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`, `[IPv6]:PORT`, `:PORT` or `PORT`; without a host it is 127.0.0.1.
    ///
    /// - Returns: nil where the text is none of these
    public init?(_ text: String) {
        let colon = text.lastIndex(of: ":")
        var host = colon.map { String(text[..<$0]) } ?? ""
        let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
        guard let port = Int(digits), (0...65_535).contains(port), digits.allSatisfy(\.isASCIIDigit) else {
            return nil
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        self.init(host: host.isEmpty ? "127.0.0.1" : host, port: port)
    }

    /// `HOST:PORT`, with brackets where the host is an IPv6 address.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether only this machine reaches it.
    public var isLoopback: Bool { host == "localhost" || host == "::1" || StatusAddress.isLoopbackNumber(host) }

    /// Whether the value of a `Host` header names this machine itself; nil, of a client that sends none, does.
    static func isLoopback(host: String?) -> Bool {
        guard let host else { return true }
        let address = StatusAddress(host) ?? StatusAddress(host + ":80")
        return address?.isLoopback ?? false
    }

    private static func isLoopbackNumber(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
