import Foundation
import ProcessSupport

/// Hosts that are network namespaces of this machine, joined by a bridge in one more; taken down when nobody holds them.
final class NetworkHosts {
    /// Whether they can be made here, and packets be dropped between them.
    static let isPossible: Bool = {
        guard geteuid() == 0, !TestBuild.isSanitized, let hosts = try? NetworkHosts(1) else { return false }
        return (try? hosts.trouble(0, "INPUT", "-j", "DROP")) != nil
    }()

    let count: Int
    private let name = "connect-\(UUID().uuidString.prefix(8).lowercased())"

    /// Makes so many hosts that can reach each other.
    init(_ count: Int) throws {
        self.count = count
        try system("ip", "netns", "add", "\(name)-hub")
        try system("ip", "-n", "\(name)-hub", "link", "add", "bridge", "type", "bridge")
        try system("ip", "-n", "\(name)-hub", "link", "set", "bridge", "up")
        for host in 0..<count {
            let space = namespace(host)
            try system("ip", "netns", "add", space)
            try system(
                "ip", "link", "add", "port", "netns", space, "type", "veth", "peer", "name", "port\(host)", "netns",
                "\(name)-hub")
            try system("ip", "-n", "\(name)-hub", "link", "set", "port\(host)", "master", "bridge", "up")
            try system("ip", "-n", space, "addr", "add", "\(address(host))/24", "dev", "port")
            try system("ip", "-n", space, "link", "set", "port", "up")
            try system("ip", "-n", space, "link", "set", "lo", "up")
        }
    }

    deinit {
        for host in 0..<count { try? system("ip", "netns", "del", namespace(host)) }
        try? system("ip", "netns", "del", "\(name)-hub")
    }

    /// The address of a host.
    func address(_ host: Int) -> String { "10.89.0.\(host + 1)" }

    /// The words that start a program on a host, for `env`.
    func command(_ program: Program, on host: Int) -> [String] {
        ["ip", "netns", "exec", namespace(host), program.path]
    }

    /// Adds a rule of iptables on a host.
    func trouble(_ host: Int, _ rule: String...) throws {
        try system(["ip", "netns", "exec", namespace(host), "iptables", "-A"] + rule)
    }

    /// Takes all rules away.
    func heal(_ host: Int) throws {
        try system("ip", "netns", "exec", namespace(host), "iptables", "-F")
    }

    private func namespace(_ host: Int) -> String { "\(name)-\(host)" }

    private func system(_ words: String...) throws { try system(words) }

    private func system(_ words: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        if process.terminationStatus != 0 {
            throw TestFailure("\(words.joined(separator: " ")): status \(process.terminationStatus)")
        }
    }
}
