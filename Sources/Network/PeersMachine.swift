import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a machine knows about its own addresses; by it an instance finds its place in the list of peers.
public protocol PeersMachine: Sendable {
    /// The addresses of the machine's interfaces, as numbers; empty where they cannot be had.
    func addresses() -> [String]

    /// The addresses that a name stands for, as numbers; may block for as long as the system's resolver does.
    ///
    /// - Returns: empty where the name is not known
    func addresses(of name: String) -> [String]
}

/// The machine that this process runs on.
public struct SystemPeersMachine: PeersMachine {
    /// The machine that this process runs on.
    public init() {}

    /// The addresses of all interfaces that have one.
    public func addresses() -> [String] {
        guard let devices = try? System.enumerateDevices() else { return [] }
        var found: [String] = []
        for device in devices {
            if let address = device.address?.ipAddress, !found.contains(address) { found.append(address) }
        }
        return found
    }

    /// What the system's resolver says, `/etc/hosts` included.
    public func addresses(of name: String) -> [String] {
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, nil, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [String] = []
        var next = list
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let length = socklen_t(text.count)
            if getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, length, nil, 0, NI_NUMERICHOST) == 0
            {
                let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                if !found.contains(address) { found.append(address) }
            }
            next = entry.pointee.ai_next
        }
        return found
    }
}
