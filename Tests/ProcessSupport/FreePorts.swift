import Foundation
import Synchronization

/// Ports of 127.0.0.1 that nobody has, and that the system gives to nobody: a server that was killed finds its port free.
package enum FreePorts {
    /// Below the ports that systems give to whoever asks for any.
    private static let range = 10_000..<32_000
    /// The port that is tried next. One after the other, so that what one test has drawn, and not opened yet, is not drawn by
    /// another; each process begins somewhere else.
    private static let next = Mutex(Int.random(in: range))

    /// Draws so many ports, free for TCP and UDP now.
    package static func draw(_ count: Int) throws -> [Int] {
        var ports: [Int] = []
        for _ in 0..<1000 where ports.count < count {
            let port = next.withLock { next in
                next = next + 1 < range.upperBound ? next + 1 : range.lowerBound
                return next
            }
            guard let stream = open(stream: true, port: port) else { continue }
            close(stream.descriptor)
            guard let datagrams = open(stream: false, port: port) else { continue }
            close(datagrams.descriptor)
            ports.append(port)
        }
        guard ports.count == count else { throw TestFailure("there is no free port") }
        return ports
    }

    /// A socket that listens and never answers; closed by the caller.
    package static func silent() throws -> (descriptor: Int32, port: Int) {
        guard let found = open(stream: true, port: 0), listen(found.descriptor, 64) == 0 else {
            throw TestFailure("there is no free port")
        }
        return found
    }

    private static func open(stream: Bool, port: Int) -> (descriptor: Int32, port: Int)? {
        #if canImport(Darwin)
            let kind = stream ? SOCK_STREAM : SOCK_DGRAM
        #else
            let kind = Int32((stream ? SOCK_STREAM : SOCK_DGRAM).rawValue)
        #endif
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 ? getsockname(descriptor, generic, &length) : -1
            }
        }
        guard result == 0 else {
            close(descriptor)
            return nil
        }
        return (descriptor, Int(in_port_t(bigEndian: address.sin_port)))
    }
}
