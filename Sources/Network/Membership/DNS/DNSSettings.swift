/// Whom the system asks about names, and what it puts behind short ones.
struct DNSSettings: Equatable {
    /// The servers, in the order in which they are asked.
    var servers: [PeerAddress] = []
    /// What is put behind names that are not complete.
    var search: [String] = []
    /// With how many dots a name is taken as it is first.
    var dots = 1

    /// Reads the text of `/etc/resolv.conf`.
    init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.prefix { $0 != "#" && $0 != ";" }.split { $0 == " " || $0 == "\t" }.map(String.init)
            guard let word = words.first else { continue }
            switch word {
            // As the C library does: three servers, and the last list of domains counts.
            case "nameserver":
                if words.count > 1, servers.count < 3, let server = try? PeerAddress(host: words[1], port: 53) {
                    servers.append(server)
                }
            case "search", "domain": search = words.dropFirst().prefix(32).map(DNSSettings.withoutDot)
            case "options":
                for option in words.dropFirst() where option.hasPrefix("ndots:") {
                    if let number = Int(option.dropFirst("ndots:".count)) { dots = max(0, min(15, number)) }
                }
            default: continue
            }
        }
        if servers.isEmpty, let server = try? PeerAddress("127.0.0.1:53") { servers = [server] }
    }

    /// One server, and names as they are.
    init(server: PeerAddress) {
        servers = [server]
    }

    /// The settings of this machine.
    static func system() -> DNSSettings {
        DNSSettings((try? MemberFile(path: "/etc/resolv.conf").read(limit: 1 << 20)) ?? "")
    }

    /// The complete names that a name may stand for, in the order in which they are asked for.
    func candidates(for name: String) -> [String] {
        if name.hasSuffix(".") { return [DNSSettings.withoutDot(name)] }
        let longer = search.filter { !$0.isEmpty }.map { "\(name).\($0)" }
        return name.filter { $0 == "." }.count >= dots ? [name] + longer : longer + [name]
    }

    private static func withoutDot(_ name: String) -> String { name.hasSuffix(".") ? String(name.dropLast()) : name }
}
