import Foundation
import ProcessSupport

@testable import ConnectNetwork

/// A real dnsmasq that knows only what a test says.
final class DNSServer {
    let address: PeerAddress
    private let scratch: Scratch
    private var process: ChildProcess?

    private init() throws {
        address = try PeerAddress(host: "127.0.0.1", port: FreePorts.draw(1)[0])
        scratch = try Scratch()
    }

    /// Starts one and waits until it answers; the records are options, such as `--host-record=a.test,10.0.0.1`.
    static func started(_ records: [String]) async throws -> DNSServer {
        for _ in 0..<5 {
            let server = try DNSServer()
            if try await server.start(records) { return server }
        }
        throw TestFailure("dnsmasq does not start")
    }

    /// Starts it with other records; who asks meanwhile gets no answer.
    func restart(_ records: [String]) async throws {
        try await kill()
        guard try await start(records) else { throw TestFailure("dnsmasq does not start again") }
    }

    func kill() async throws {
        process?.send(SIGKILL)
        _ = try await process?.wait()
    }

    private func start(_ records: [String]) async throws -> Bool {
        let words =
            [
                "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=\(address.port)",
                "--listen-address=127.0.0.1", "--bind-interfaces", "--no-resolv", "--no-hosts", "--pid-file",
                "--user=\(NSUserName())", "--local=/test/", "--host-record=is-up.test,10.0.0.1",
            ] + records
        let process = try ChildProcess(Program(at: "/usr/bin/env"), words, in: scratch)
        self.process = process
        let client = DNSClient(server: address, timeout: .seconds(1))
        while process.poll() == nil {
            if let found = try? await onOwnThread({ try client.addresses(of: "is-up.test") }), !found.isEmpty {
                return true
            }
        }
        return false
    }
}
