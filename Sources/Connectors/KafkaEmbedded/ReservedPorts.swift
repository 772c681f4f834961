import CConnectRDKafka
import Synchronization

/// The ports of brokers that are down: kept, so that nobody else is given them. Where a broker finds its port taken when it
/// comes up again, the library ends the process.
final class ReservedPorts: Sendable {
    /// The ports of the brokers, the first one's first.
    private let ports: [Int32]
    private let descriptors = Mutex<[Int: Int32]>([:])

    /// - Parameter addresses: those of the brokers, as `bootstrap.servers` takes them
    init(of addresses: String) {
        ports = addresses.split(separator: ",").compactMap { address in
            address.split(separator: ":").last.flatMap { Int32($0) }
        }
    }

    deinit {
        release(nil)
    }

    /// Keeps the port of a broker that was taken down; nil means all.
    func reserve(_ broker: Int?) {
        descriptors.withLock { descriptors in
            for number in broker.map({ $0...$0 }) ?? 1...max(1, ports.count)
            where descriptors[number] == nil && ports.indices.contains(number - 1) {
                let descriptor = connect_reserve_port(ports[number - 1])
                if descriptor >= 0 { descriptors[number] = descriptor }
            }
        }
    }

    /// Gives the port of a broker back that comes up at once; nil means all.
    func release(_ broker: Int?) {
        descriptors.withLock { descriptors in
            for number in broker.map({ [$0] }) ?? Array(descriptors.keys) {
                if let descriptor = descriptors.removeValue(forKey: number) { connect_release_port(descriptor) }
            }
        }
    }
}
