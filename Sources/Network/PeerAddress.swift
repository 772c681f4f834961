import NIOCore

/// Where the other peers reach a peer: a host and a port.
///
/// Addresses that are written differently and mean the same are equal: names are compared in lower case and without
/// the dot at their end, IPv6 addresses in their shortest form.
public struct PeerAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name, an IPv4 address or an IPv6 address without brackets.
    public let host: String
    /// The port, 1 ... 65,535.
    public let port: Int
    /// Whether the host is a name, which has to be looked up.
    public let isName: Bool

    /// An address by its parts.
    ///
    /// - Parameters:
    ///   - host: a name, an IPv4 address, or an IPv6 address without brackets
    ///   - port: 1 ... 65,535
    /// - Throws: ``PeersError`` with the code ``PeersError/Code/malformedAddress``
    public init(host: String, port: Int) throws(PeersError) {
        guard (1...65_535).contains(port) else {
            throw PeersError(.malformedAddress, "\(port) is no port of a peer: ports go from 1 to 65535")
        }
        let parsed = try ParsedHost(host)
        self.host = parsed.text
        isName = parsed.isName
        self.port = port
    }

    /// Reads `HOST:PORT` or `[IPv6]:PORT`.
    ///
    /// - Throws: ``PeersError`` with the code ``PeersError/Code/malformedAddress``
    public init(_ text: String) throws(PeersError) {
        guard !text.isEmpty else {
            throw PeersError(.malformedAddress, "an address is empty: write HOST:PORT, as in 10.0.0.1:19001")
        }
        let isBracketed = text.hasPrefix("[")
        let bracket = text.lastIndex(of: "]")
        if isBracketed, bracket == nil {
            throw PeersError(.malformedAddress, "\"\(text)\" has no ']': write [IPv6]:PORT, as in [fd00::1]:19001")
        }
        let colons = text.filter { $0 == ":" }.count
        if !isBracketed, colons > 1 {
            throw PeersError(
                .malformedAddress, "\"\(text)\" has several colons: write an IPv6 address in brackets, [IPv6]:PORT")
        }
        guard let colon = text.lastIndex(of: ":"), !isBracketed || bracket.map({ $0 < colon }) == true else {
            throw PeersError(
                .malformedAddress, "\"\(text)\" has no port: write \(text):19001, with the port it listens at")
        }
        var host = text[..<colon]
        if isBracketed {
            guard let bracket, text.index(after: bracket) == colon else {
                throw PeersError(.malformedAddress, "\"\(text)\" has something between ']' and ':': write [IPv6]:PORT")
            }
            host = host.dropFirst().dropLast()
            guard host.contains(":") else {
                throw PeersError(.malformedAddress, "\"\(host)\" is no IPv6 address: only those stand in brackets")
            }
        }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isDigit), let port = Int(digits), (1...65_535).contains(port)
        else {
            throw PeersError(
                .malformedAddress, "\"\(digits)\" in \"\(text)\" is no port of a peer: ports go from 1 to 65535")
        }
        do throws(PeersError) {
            try self.init(host: String(host), port: port)
        } catch {
            throw error.at("\"\(text)\"")
        }
    }

    /// `HOST:PORT`, with brackets where the host is an IPv6 address; reading it gives the same address.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether only this machine reaches it.
    public var isLoopback: Bool { PeerAddress.isLoopback(host) }

    /// Whether a host, in the form of ``host``, is this machine itself, whatever machine that is.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
        return host.hasPrefix("127.") && host.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") }
    }
}

extension PeerAddress: Comparable {
    /// By host, then by port; numbers in hosts are compared as numbers, so that `connect-9` stands before `connect-10`.
    public static func < (left: PeerAddress, right: PeerAddress) -> Bool {
        if left.host == right.host { return left.port < right.port }
        let (leftParts, rightParts) = (left.hostParts, right.hostParts)
        for (mine, other) in zip(leftParts, rightParts) where mine != other {
            if let number = UInt64(mine), let otherNumber = UInt64(other), number != otherNumber {
                return number < otherNumber
            }
            return mine < other
        }
        return leftParts.count < rightParts.count
    }

    /// The host cut into runs of digits and runs of other characters.
    private var hostParts: [String] {
        var parts: [String] = []
        var wasDigit: Bool?
        for character in host {
            let isDigit = character.isASCII && character.isNumber
            if isDigit == wasDigit { parts[parts.count - 1].append(character) } else { parts.append(String(character)) }
            wasDigit = isDigit
        }
        return parts
    }
}

/// A host in the one form that equal hosts share.
private struct ParsedHost {
    let text: String
    let isName: Bool

    init(_ host: String) throws(PeersError) {
        if host.contains("%") {
            throw PeersError(
                .malformedAddress,
                "\"\(host)\" has a zone, which means another thing on every machine: give an address "
                    + "that all peers reach")
        }
        if let number = try? SocketAddress(ipAddress: host, port: 0), let address = number.ipAddress {
            let isMapped = address.hasPrefix("::ffff:") && address.contains(".")
            text = isMapped ? String(address.dropFirst("::ffff:".count)) : address
            isName = false
            if text == "0.0.0.0" || text == "::" {
                throw PeersError(
                    .malformedAddress,
                    "\(text) is every address of a machine, which others cannot call: give the one "
                        + "they reach it at")
            }
            return
        }
        if host.contains(":") { throw PeersError(.malformedAddress, "\"\(host)\" is no IPv6 address") }
        text = try ParsedHost.name(host)
        isName = true
    }

    private static func name(_ host: String) throws(PeersError) -> String {
        let name = host.hasSuffix(".") ? host.dropLast().lowercased() : host.lowercased()
        guard !name.isEmpty else { throw PeersError(.malformedAddress, "the host is missing") }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        // What ends in a number is an address to all resolvers, never a name.
        if labels.last?.utf8.allSatisfy(\.isDigit) == true, labels.last?.isEmpty == false {
            throw PeersError(
                .malformedAddress,
                "\"\(host)\" is no IPv4 address: four numbers from 0 to 255, without zeros before them")
        }
        guard name.utf8.count <= 253 else {
            throw PeersError(.malformedAddress, "a name of \(name.utf8.count) bytes is too long: 253 are allowed")
        }
        for label in labels {
            let isGood =
                (1...63).contains(label.utf8.count) && label.utf8.allSatisfy(\.isNameByte) && !label.hasPrefix("-")
                && !label.hasSuffix("-")
            guard isGood else {
                throw PeersError(
                    .malformedAddress,
                    "\"\(label)\" in \"\(host)\" is no part of a name: 1 to 63 letters, digits, '-' "
                        + "and '_', without '-' at its ends")
            }
        }
        return name
    }
}

extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isNameByte: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || self == UInt8(ascii: "-")
            || self == UInt8(ascii: "_")
    }
}
