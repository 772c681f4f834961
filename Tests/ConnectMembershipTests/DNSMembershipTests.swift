import Connect
import ConnectTesting
import ProcessSupport
import Synchronization
import Testing

@testable import ConnectNetwork

@Suite("Members that the domain name system names")
struct DNSMembershipTests {
    private static let name = "_connect._tcp.workers.test"

    private static func service(_ number: Int, _ port: Int = 19001) -> String {
        "--srv-host=\(name),worker-\(number).workers.test,\(port)"
    }

    private static func membership(_ server: DNSServer, expected: Int = 1) -> DNSMembership {
        DNSMembership(
            service: name, every: .milliseconds(20), expected: expected,
            resolver: DNSClient(server: server.address, timeout: .seconds(1)))
    }

    @Test("SRV records of a real server are the members, sorted with numbers as numbers, and changes are seen")
    func followsServices() async throws {
        let server = try await DNSServer.started([10, 2, 1].map { Self.service($0) })
        let (membership, log) = (Self.membership(server), MemberLog())
        let first = try await log.starts(membership)
        #expect(
            try first
                == MemberList(
                    epoch: 1,
                    members: addresses(
                        "worker-1.workers.test:19001,worker-2.workers.test:19001,worker-10.workers.test:19001")))
        try await server.restart([Self.service(1), Self.service(2, 19002)])
        let second = try await log.waits(for: addresses("worker-1.workers.test:19001,worker-2.workers.test:19002"))
        #expect(second.epoch == 2)
        try await ends(membership)
    }

    @Test("A server that is dead, and a name that is gone, keep the list and are told of")
    func keepsTheList() async throws {
        let server = try await DNSServer.started([Self.service(1)])
        let (membership, log) = (Self.membership(server), MemberLog())
        let first = try await log.starts(membership)
        try await server.kill()
        try await log.waits(for: .unavailable)
        try await server.restart([])
        try await log.waits(for: .notFound)
        #expect(membership.current == first)
        try await server.restart([Self.service(1), Self.service(2)])
        try await log.waits(for: addresses("worker-1.workers.test:19001,worker-2.workers.test:19001"))
        try await ends(membership)
    }

    @Test("The start waits for as many members as are expected")
    func waitsForOthers() async throws {
        let server = try await DNSServer.started([])
        let (membership, log) = (Self.membership(server, expected: 2), MemberLog())
        async let started = log.starts(membership)
        try await server.restart([Self.service(1)])
        _ = try await eventually("the first member") { membership.current }
        try await server.restart([Self.service(1), Self.service(2)])
        #expect(try await started.members.count == 2)
        try await ends(membership)
    }

    @Test("An answer that does not fit into a datagram is asked for over TCP")
    func asksOverStreams() async throws {
        let numbers = Array(0..<100)
        let server = try await DNSServer.started(numbers.map { Self.service($0) })
        let client = DNSClient(server: server.address, timeout: .seconds(60))
        let found = try await onOwnThread { try client.services(of: Self.name).map(\.host) }
        #expect(Set(found) == Set(numbers.map { "worker-\($0).workers.test" }))
    }

    @Test("Addresses are those of IPv4, else those of IPv6; aliases are followed; case does not matter")
    func looksUpAddresses() async throws {
        let server = try await DNSServer.started([
            "--host-record=both.test,10.0.0.1,fd00::1", "--host-record=six.test,fd00::2",
            "--cname=alias.test,both.test",
            "--host-record=many.test,10.0.0.2", "--host-record=many.test,10.0.0.3",
        ])
        let client = DNSClient(server: server.address, timeout: .seconds(60))
        for (name, expected) in [
            ("both.test", ["10.0.0.1"]), ("BOTH.test.", ["10.0.0.1"]), ("six.test", ["fd00::2"]),
            ("alias.test", ["10.0.0.1"]), ("many.test", ["10.0.0.2", "10.0.0.3"]), ("none.test", []),
        ] {
            #expect(try await onOwnThread { try client.addresses(of: name) }.sorted() == expected, "\(name)")
        }
        let membership = DNSMembership(name: "many.test", port: 7, resolver: client)
        #expect(try await MemberLog().starts(membership).members == addresses("10.0.0.2:7,10.0.0.3:7"))
        let refused = #expect(throws: MembershipError.self) { try membership.set([]) }
        #expect(refused?.code == .notChangeable)
        try await ends(membership)
    }

    @Test("Where no server answers, the start fails in time, with who was asked")
    func failsToStart() async throws {
        let port = try FreePorts.draw(1)[0]
        let client = DNSClient(server: try PeerAddress(host: "127.0.0.1", port: port), timeout: .milliseconds(50))
        let membership = DNSMembership(service: Self.name, within: .seconds(1), resolver: client)
        let error = await #expect(throws: MembershipError.self) { try await MemberLog().starts(membership) }
        #expect(error?.message.contains("127.0.0.1:\(port)") == true, "\(error?.message ?? "")")
        let wrong = DNSMembership(name: "a..b", port: 1, within: .seconds(1), resolver: client)
        let refused = await #expect(throws: MembershipError.self) { try await MemberLog().starts(wrong) }
        #expect(refused?.code == .configuration)
    }

    @Test("Records are looked up in the interval; only other members are a new epoch, and an outage is told of once")
    func looksInIntervals() throws {
        try SeededScheduler.run(seed: Settings.seed) { scheduler in
            let resolver = FakeResolver()
            resolver.set(["b", "a"])
            let membership = DNSMembership(
                service: "x", every: .seconds(5), resolver: resolver, scheduler: scheduler)
            defer { membership.stop() }
            let log = MemberLog()
            let first = try log.start(membership)
            #expect(try first == MemberList(epoch: 1, members: addresses("a:1,b:1")))
            for (hosts, epochs, troubles) in [
                (["a", "b", "B."], 1, 0), ([], 1, 1), (nil, 1, 2), (["b", "a"], 1, 2), (nil, 1, 3),
                (["a", "b", "c"], 2, 3), (["a", "1.2"], 2, 4), (["a"], 3, 4),
            ] as [([String]?, Int, Int)] {
                resolver.set(hosts)
                scheduler.sleep(for: .seconds(16))
                #expect(log.lists.count == epochs, "\(hosts ?? ["nobody answers"])")
                #expect(log.troubles.count == troubles, "\(hosts ?? ["nobody answers"]): \(log.troubles)")
            }
            #expect(log.lists.map(\.epoch) == [1, 2, 3])
        }
    }
}

/// A resolver that answers what a test says.
private final class FakeResolver: DNSResolver {
    private let hosts = Mutex<[String]?>([])

    /// nil: nobody answers
    func set(_ hosts: [String]?) {
        self.hosts.withLock { $0 = hosts }
    }

    func services(of name: String) throws(MembershipError) -> [(host: String, port: Int)] {
        guard let hosts = hosts.withLock({ $0 }) else { throw MembershipError(.unavailable, "nobody answers") }
        return hosts.map { ($0, 1) }
    }

    func addresses(of name: String) throws(MembershipError) -> [String] { [] }
}
