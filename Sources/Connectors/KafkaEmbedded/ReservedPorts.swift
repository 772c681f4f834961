import CConnectRDKafka
import Synchronization

/// The ports of brokers that are down: nobody else can listen there. The library keeps them too, but shared, and ends the
/// process where somebody listens at the port of a broker that comes up again.
final class ReservedPorts: Sendable {
    /// The ports of the brokers, the first one's first.
    private let ports: [Int32]
    /// For each broker that is down what keeps its port; -1 where it could not be had yet.
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
                descriptors[number] = connect_reserve_port(ports[number - 1])
            }
        }
    }

    /// Makes sure of the ports of brokers that are to come up; nil means all.
    ///
    /// - Returns: a port that somebody else has; nil where there is none
    func firstTaken(_ broker: Int?) -> Int32? {
        descriptors.withLock { descriptors in
            for (number, descriptor) in descriptors where (broker ?? number) == number {
                let port = ports[number - 1]
                let kept = descriptor < 0 ? connect_reserve_port(port) : descriptor
                if kept < 0 { return port }
                descriptors[number] = kept
                if !connect_share_port(kept, port) { return port }
            }
            return nil
        }
    }

    /// Gives the port of a broker back that has come up; nil means all. Until then both have it: there is no moment in which
    /// it is free.
    func release(_ broker: Int?) {
        descriptors.withLock { descriptors in
            for number in broker.map({ [$0] }) ?? Array(descriptors.keys) {
                guard let descriptor = descriptors.removeValue(forKey: number), descriptor >= 0 else { continue }
                connect_release_port(descriptor)
            }
        }
    }
}
