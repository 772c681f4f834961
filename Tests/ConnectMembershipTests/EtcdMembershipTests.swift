import Connect
import Foundation
import ProcessSupport
import Testing

@testable import ConnectNetwork

@Suite("Members that register in etcd")
struct EtcdMembershipTests {
    private static let prefix = "connect/test"

    /// A membership whose lease outlives every pause of a loaded machine.
    private static func membership(
        _ etcd: EtcdServer, _ own: String, endpoints: String? = nil, expected: Int = 1, seconds: Int = 120
    ) throws -> EtcdMembership {
        try EtcdMembership(
            endpoints: endpoints ?? etcd.endpoint, prefix: prefix, own: PeerAddress(own), timeToLive: .seconds(seconds),
            expected: expected)
    }

    // S-NET-1
    @Test("Members stand in the order of their registration, and all know the same list under the same epoch")
    func registers() async throws {
        let etcd = try await EtcdServer.started()
        let names = ["c:1", "a:1", "b:1"]
        let members = try names.map { try Self.membership(etcd, $0) }
        let logs = names.map { _ in MemberLog() }
        for (index, member) in members.enumerated() {
            let first = try await logs[index].starts(member)
            #expect(first.members.map(\.description) == Array(names[...index]))
        }
        var last: MemberList?
        for log in logs {
            let list = try await log.waits(for: addresses("c:1,a:1,b:1"))
            #expect(last == nil || last == list)
            last = list
        }
        // Whoever ends orderly is gone at once, not when his lease of two minutes has run out.
        try await ends(members[0])
        let rest = try await logs[1].waits(for: addresses("a:1,b:1"))
        #expect(try await logs[2].waits(for: addresses("a:1,b:1")) == rest)
        #expect(rest.epoch > last?.epoch ?? .max)
        #expect(logs.flatMap(\.troubles) == [])
        for log in logs { #expect(zip(log.lists, log.lists.dropFirst()).allSatisfy { $0.epoch < $1.epoch }) }
        for member in members { try await ends(member) }
    }

    @Test("The start waits for as many members as are expected")
    func waitsForOthers() async throws {
        let etcd = try await EtcdServer.started()
        let (first, second) = (try Self.membership(etcd, "a:1", expected: 2), try Self.membership(etcd, "b:1"))
        let log = MemberLog()
        async let started = log.starts(first)
        _ = try await eventually("the registration of a:1") { first.current }
        try await MemberLog().starts(second)
        #expect(try await started.members == addresses("a:1,b:1"))
        try await ends(first)
        try await ends(second)

        let alone = try EtcdMembership(
            endpoints: etcd.endpoint, prefix: Self.prefix, own: PeerAddress("a:1"), expected: 2,
            within: .milliseconds(500))
        await #expect(throws: MembershipError.self) { try await MemberLog().starts(alone) }
        #expect(try await etcd.lease(of: "\(Self.prefix)/a:1") == nil)
    }

    // S-NET-5
    @Test("A killed member leaves the list when its lease has run out; one that returns before keeps its place")
    func losesTheKilled() async throws {
        let etcd = try await EtcdServer.started()
        let quick = try Fixture(etcd, "a:1", seconds: 2)
        try await quick.waits { $0.hasSuffix(": a:1") }
        let slow = try Fixture(etcd, "b:1", seconds: 120)
        try await slow.waits { $0.hasSuffix(": a:1, b:1") }
        let (watcher, log) = (try Self.membership(etcd, "c:1"), MemberLog())
        let first = try await log.starts(watcher)
        #expect(try first.members == addresses("a:1,b:1,c:1"))

        slow.process.send(SIGKILL)
        let returned = try Fixture(etcd, "b:1", seconds: 120)
        try await returned.waits { $0.hasSuffix(": a:1, b:1, c:1") }
        let again = try await eventually("the new epoch of b:1") { log.lists.count > 1 ? log.lists.last : nil }
        #expect(again.members == first.members && again.epoch > first.epoch)

        quick.process.send(SIGKILL)
        try await log.waits(for: addresses("b:1,c:1"))
        #expect(log.troubles == [])
        try await ends(watcher)
    }

    // S-NET-5
    @Test("While etcd is dead the list stays, which is told of once; when it is back nobody has to register again")
    func survivesEtcd() async throws {
        let etcd = try await EtcdServer.started()
        let (first, second) = (try Self.membership(etcd, "a:1", seconds: 12), try Self.membership(etcd, "b:1"))
        let log = MemberLog()
        try await log.starts(first)
        for round in 1...2 {
            let lease = try await etcd.lease(of: "\(Self.prefix)/a:1")
            let known = first.current
            try await etcd.kill()
            try await log.waits(for: .unavailable, after: round - 1)
            #expect(first.current == known)
            try await etcd.start()
            if round == 1 { try await MemberLog().starts(second) } else { try await ends(second) }
            try await log.waits(for: round == 1 ? addresses("a:1,b:1") : addresses("a:1"))
            #expect(try await etcd.lease(of: "\(Self.prefix)/a:1") == lease)
            #expect(log.troubles.map(\.code) == Array(repeating: .unavailable, count: round), "\(log.troubles)")
        }
        try await ends(first)
    }

    @Test(
        "A lease that is lost, or a registration that is removed, is told of and made anew", arguments: [true, false])
    func registersAgain(_ isLease: Bool) async throws {
        let etcd = try await EtcdServer.started()
        let (first, second) = (try Self.membership(etcd, "a:1"), try Self.membership(etcd, "b:1"))
        let (log, other) = (MemberLog(), MemberLog())
        try await log.starts(first)
        try await other.starts(second)
        let key = "\(Self.prefix)/a:1"
        if isLease {
            try await etcd.call("lease/revoke", [("ID", etcd.lease(of: key) ?? "")])
        } else {
            try await etcd.call("kv/deleterange", [("key", EtcdText.encoded(key))])
        }
        try await log.waits(for: .registrationLost)
        // It lost its place: it stands where a newcomer stands.
        let list = try await log.waits(for: addresses("b:1,a:1"))
        #expect(try await other.waits(for: addresses("b:1,a:1")) == list)
        try await ends(first)
        try await ends(second)
    }

    @Test("Where etcd has forgotten the changes that a member has missed, it registers again and has the present list")
    func survivesCompaction() async throws {
        let etcd = try await EtcdServer.started()
        let member = try Fixture(etcd, "a:1", seconds: 120)
        try await member.waits { $0.hasSuffix(": a:1") }
        member.process.send(SIGSTOP)
        // Its connections are gone, and it cannot make new ones.
        try await etcd.kill()
        try await etcd.start()
        let (other, log) = (try Self.membership(etcd, "b:1"), MemberLog())
        let list = try await log.starts(other)
        try await etcd.call("kv/put", [("key", EtcdText.encoded("elsewhere")), ("value", "")])
        try await etcd.call("kv/compaction", [("revision", "\(list.epoch + 1)")])
        member.process.send(SIGCONT)
        try await member.waits { $0.hasSuffix(": a:1, b:1") }
        try await eventually("the new epoch of a:1") { (log.lists.last?.epoch ?? 0) > list.epoch }
        #expect(log.lists.last?.members == list.members)
        try await ends(other)
    }

    @Test("Endpoints that are dead or silent are passed over")
    func triesEndpoints() async throws {
        let etcd = try await EtcdServer.started()
        let silent = try FreePorts.silent()
        defer { close(silent.descriptor) }
        let endpoints =
            "http://127.0.0.1:\(try FreePorts.draw(1)[0]), 127.0.0.1:\(silent.port),http://\(etcd.endpoint)/"
        let (member, log) = (try Self.membership(etcd, "a:1", endpoints: endpoints), MemberLog())
        #expect(try await log.starts(member).members == addresses("a:1"))
        let other = try Self.membership(etcd, "b:1")
        try await MemberLog().starts(other)
        try await log.waits(for: addresses("a:1,b:1"))
        #expect(log.troubles == [])
        try await ends(member)
        try await ends(other)
    }

    @Test("Two processes with one address: the first is told that it was taken, and has it again when the other ends")
    func tellsOfTakenAddresses() async throws {
        let etcd = try await EtcdServer.started()
        let (first, second) = (try Self.membership(etcd, "a:1"), try Self.membership(etcd, "a:1"))
        let log = MemberLog()
        try await log.starts(first)
        try await MemberLog().starts(second)
        try await log.waits(for: .addressTaken)
        try await ends(second)
        try await log.waits(for: .registrationLost)
        try await eventually("the registration of the first") {
            log.lists.count >= 3 && first.current?.members.map(\.description) == ["a:1"]
        }
        try await ends(first)
    }

    @Test("A key that is no member is left out and told of")
    func leavesOutStrangers() async throws {
        let etcd = try await EtcdServer.started()
        let (member, log) = (try Self.membership(etcd, "a:1"), MemberLog())
        try await log.starts(member)
        try await etcd.call(
            "kv/put", [("key", EtcdText.encoded("\(Self.prefix)/x")), ("value", EtcdText.encoded("hello"))])
        #expect(try await log.waits(for: .malformed).message.contains("the key connect/test/x"))
        #expect(try member.current?.members == addresses("a:1"))
        try await ends(member)
    }

    @Test("What cannot work is refused with the reason, and a list is not set where members register themselves")
    func refuses() async throws {
        let own = try PeerAddress("a:1")
        for (endpoints, prefix, message) in [
            ("", "p", "there is no endpoint"), ("a", "p", "\"a\" has no port"),
            ("https://a:1", "p", "only plain HTTP"), ("a:1", "/", "the prefix is empty"),
        ] {
            let error = #expect(throws: MembershipError.self) {
                try EtcdMembership(endpoints: endpoints, prefix: prefix, own: own)
            }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        }
        let dead = try EtcdMembership(
            endpoints: "127.0.0.1:\(FreePorts.draw(1)[0])", prefix: "p", own: own, within: .milliseconds(200))
        let error = await #expect(throws: MembershipError.self) { try await MemberLog().starts(dead) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("refused") == true, "\(error?.message ?? "")")
        let set = #expect(throws: MembershipError.self) { try dead.set([own]) }
        #expect(set?.code == .notChangeable)
        let again = #expect(throws: MembershipError.self) { try MemberLog().start(dead) }
        #expect(again?.code == .notRunning)
    }
}

/// A member that is a process of its own.
private final class Fixture {
    let process: ChildProcess
    private let scratch: Scratch
    // Where it is closed the process ends.
    private let input: Descriptor

    init(_ etcd: EtcdServer, _ own: String, seconds: Int) throws {
        scratch = try Scratch()
        let (read, write) = try Descriptor.pipe()
        _ = fcntl(read.number, F_SETFL, 0)
        input = write
        process = try ChildProcess(
            Program("member"), [etcd.endpoint, "connect/test", own, "\(seconds)"], in: scratch, input: read,
            output: try Descriptor(scratch.path("output"), O_WRONLY | O_CREAT | O_TRUNC))
    }

    /// Waits for a line that it has written.
    func waits(for isRight: (Substring) -> Bool) async throws {
        let process = process
        try await eventually("a line, there were: \((try? self.scratch.text("output")) ?? "")") {
            if let ending = process.poll() {
                throw TestFailure("\(ending): \((try? process.standardError()) ?? "")")
            }
            return try scratch.text("output").split(separator: "\n").contains(where: isRight)
        }
    }
}
