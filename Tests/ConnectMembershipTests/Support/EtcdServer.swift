import Connect
import Foundation
import ProcessSupport

@testable import ConnectNetwork

/// A real etcd of one member, on ports of its own.
final class EtcdServer {
    let scratch: Scratch
    /// Where clients reach it.
    let endpoint: String
    private let peer: String
    private var process: ChildProcess?

    private init(_ ports: [Int]) throws {
        scratch = try Scratch()
        endpoint = "127.0.0.1:\(ports[0])"
        peer = "127.0.0.1:\(ports[1])"
    }

    /// Starts one and waits until it answers.
    static func started() async throws -> EtcdServer {
        // Somebody else may take a port before it does.
        for _ in 0..<5 {
            let server = try EtcdServer(FreePorts.draw(2))
            if try await server.start() { return server }
        }
        throw TestFailure("etcd does not start")
    }

    /// Starts it, again where it was killed, with the data that it had.
    ///
    /// - Returns: false where it has ended at once
    @discardableResult
    func start() async throws -> Bool {
        let words = [
            "etcd", "--data-dir", scratch.path("data"), "--listen-client-urls", "http://\(endpoint)",
            "--advertise-client-urls", "http://\(endpoint)", "--listen-peer-urls", "http://\(peer)",
            "--initial-advertise-peer-urls", "http://\(peer)", "--initial-cluster", "default=http://\(peer)",
            "--log-level", "error",
        ]
        let process = try ChildProcess(Program(at: "/usr/bin/env"), words, in: scratch)
        self.process = process
        var asking: ChildProcess?
        return try await eventually("an answer of etcd") {
            if process.poll() != nil { return false }
            guard let ended = asking?.poll() else {
                if asking == nil { asking = try self.curl("/health") }
                return nil
            }
            asking = nil
            return ended == .exited(0) ? true : nil
        }
    }

    /// Kills it without warning.
    func kill() async throws {
        process?.send(SIGKILL)
        _ = try await process?.wait()
    }

    /// Makes a call as a client of its own.
    @discardableResult
    func call(_ path: String, _ body: [(String, String)]) async throws -> StateTree {
        let client = EtcdClient(
            endpoints: try addresses(endpoint), timeout: .seconds(60), scheduler: SystemScheduler.shared)
        let members = body.map { ($0.0, StateTree.string($0.1)) }
        return try await onOwnThread { try client.call(path, members) }
    }

    /// The lease under which a key stands.
    func lease(of key: String) async throws -> String? {
        try await call("kv/range", [("key", EtcdText.encoded(key))])["kvs"]?.elements.first?["lease"]?.text
    }

    private func curl(_ path: String) throws -> ChildProcess {
        try ChildProcess(
            Program(at: "/usr/bin/env"), ["curl", "-sf", "--max-time", "60", "http://\(endpoint)\(path)"], in: scratch)
    }
}
