import Connect
import ProcessSupport
import PeersSupport
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("Members on real sockets")
struct PeerLinksTests {
    // S-NET-1
    @Test("Three members come together, each pair by one connection, and take the epoch of the one that has one")
    func threeMembers() throws {
        let ports = try FreePorts.draw(3)
        // The first to start finds nobody and dials again.
        var members = try [0, 1].map { place in
            try LinkedMember(place, of: ports) { if place == 1 { $0.facts.epoch = 4 } }
        }
        defer { for member in members { member.close() } }
        // Else the others could meet in an epoch of their own.
        try members[0].log.waits(forAcceptanceOf: 1)
        members.append(try LinkedMember(2, of: ports))
        for (place, member) in members.enumerated() {
            for other in members.indices where other != place {
                try member.log.waits(forAcceptanceOf: other)
                let open = try member.ask { $0.isConnected(to: other) }
                #expect(open)
            }
        }
        #expect(try members[1].log.waits(for: "an epoch") { if case .accepted(_, _, 4) = $0 { 4 } else { nil } } == 4)
        #expect(try members[0].ask { $0.facts.epoch } == 4)
        for member in members {
            #expect(member.log.entries.allSatisfy { if case .lost = $0 { false } else { true } })
        }
    }

    // S-NET-1, S-NET-4
    @Test(
        "Frames come in their order and whole, however long, with every kind of protection",
        arguments: [PeerSecurity.loopback, LinkSecrets.right])
    func frames(_ security: PeerSecurity) throws {
        let members = try LinkedMember.connected(2) { $0.security = security }
        defer { for member in members { member.close() } }
        let frames = [0, 1, 1000, 65_536, 262_144, 1 << 20, 3].enumerated().map { index, length in
            LinkFrames.fragment(UInt64(index), [LinkFrames.bytes(length, UInt8(index)), "end"])
        }
        members[0].send(frames, to: 1)
        members[1].send(frames.reversed(), to: 0)
        #expect(try members[1].log.waits(forFrames: frames.count) == frames)
        #expect(try members[0].log.waits(forFrames: frames.count) == frames.reversed())
        let unwritten = try members[0].ask { $0.unwritten(to: 1) }
        #expect(unwritten == 0)
    }

    // S-NET-5
    @Test("A member that leaves says why, and is connected again when it comes back")
    func leavesAndReturns() throws {
        let ports = try FreePorts.draw(2)
        let first = try LinkedMember(0, of: ports)
        defer { first.close() }
        for instance: UInt64 in 1...3 {
            let second = try LinkedMember(1, of: ports) { $0.facts.instance = instance }
            try first.log.waits(forAcceptanceOf: 1, times: Int(instance))
            try second.log.waits(forAcceptanceOf: 0)
            second.close(.leaving, "back in a minute")
        }
        let (sentence, goodbye) = try first.log.waits(forLossOf: 1)
        #expect(goodbye == Goodbye(reason: .leaving, sentence: "back in a minute"))
        #expect(sentence.contains("member 1 (127.0.0.1:\(ports[1])) said goodbye: back in a minute"))
    }

    // S-NET-5
    @Test("All that was sent before a goodbye arrives")
    func goodbyeComesLast() throws {
        let members = try LinkedMember.connected(2)
        members[0].send((0..<64).map { LinkFrames.fragment($0, [LinkFrames.bytes(256 << 10)]) }, to: 1)
        members[0].close(.finished, "done")
        try members[1].log.waits(forFrames: 64)
        #expect(try members[1].log.waits(forLossOf: 0).goodbye?.reason == .finished)
        members[1].close()
    }

    // S-NET-5
    @Test("A newer instance takes the place of an older one, which is refused from then on")
    func newerInstance() throws {
        let ports = try FreePorts.draw(2)
        let listener = try LinkedMember(1, of: ports)
        let old = try LinkedMember(0, of: [try FreePorts.draw(1)[0], ports[1]]) {
            $0.facts = Self.facts(0, ports, instance: 1)
        }
        defer { for member in [listener, old] { member.close() } }
        try listener.log.waits(forAcceptanceOf: 0)
        let new = try LinkedMember(0, of: ports) { $0.facts.instance = 2 }
        defer { new.close() }
        try new.log.waits(forAcceptanceOf: 1)
        #expect(try listener.log.waits(forLossOf: 0).sentence.contains("a newer instance of member 0"))
        #expect(try old.log.waits(forRefusal: .oldInstance).contains("instance 2 has taken its place"))
        #expect(try new.ask { $0.isConnected(to: 1) })
    }

    // S-NET-5
    @Test("A connection that is cut is told to both sides, and comes back")
    func cutAndBack() throws {
        let ports = try FreePorts.draw(2)
        let proxy = try LinkProxy(to: ports[1])
        let (first, second) = try Self.joined(by: proxy, ports)
        defer { for member in [first, second] { member.close() } }
        for count in 1...3 {
            try first.log.waits(forAcceptanceOf: 1, times: count)
            try second.log.waits(forAcceptanceOf: 0, times: count)
            proxy.cut()
        }
        #expect(try first.log.waits(forLossOf: 1).goodbye == nil)
        #expect(try second.log.waits(forLossOf: 0).sentence.contains("without a goodbye"))
        proxy.close()
    }

    // S-NET-5
    @Test("A member that does not answer any more, though its connection stands, is lost after the timeout")
    func silentMember() throws {
        let ports = try FreePorts.draw(2)
        let proxy = try LinkProxy(to: ports[1])
        let (first, second) = try Self.joined(by: proxy, ports) {
            $0.timing = PeerTiming(heartbeatInterval: .milliseconds(50), peerTimeout: .milliseconds(600))
        }
        defer { for member in [first, second] { member.close() } }
        try first.log.waits(forAcceptanceOf: 1)
        try second.log.waits(forAcceptanceOf: 0)
        proxy.swallow()
        for (member, other) in [(first, 1), (second, 0)] {
            let sentence = try member.log.waits(forLossOf: other).sentence
            #expect(sentence.contains("silent for"), "\(sentence)")
        }
        proxy.close()
    }

    // S-NET-5
    @Test("Bytes that are not written yet are counted, and it is told when there is room again")
    func backPressure() throws {
        let ports = try FreePorts.draw(2)
        let proxy = try LinkProxy(to: ports[1])
        let (first, second) = try Self.joined(by: proxy, ports)
        defer { for member in [first, second] { member.close() } }
        try first.log.waits(forAcceptanceOf: 1)
        proxy.pause()
        let frames = (0..<128).map { LinkFrames.fragment($0, [LinkFrames.bytes(256 << 10)]) }
        // What the system and the proxy take in is less than all.
        let unwritten = try first.ask { links in
            links.send(frames, to: 1)
            return (links.unwritten(to: 1), links.hasRoom(for: 1))
        }
        #expect(unwritten == (frames.count * (FrameEncoder.fragmentOverhead + 4 + (256 << 10)), false))
        proxy.resume()
        try second.log.waits(forFrames: frames.count)
        try first.log.waits(for: "room") { $0 == .gotRoom(1) ? true : nil }
        #expect(try first.ask { $0.hasRoom(for: 1) })
        proxy.close()
    }

    // S-NET-5
    @Test("A member that does not read is lost before too much waits for it")
    func neverReads() throws {
        let ports = try FreePorts.draw(2)
        let proxy = try LinkProxy(to: ports[1])
        let (first, second) = try Self.joined(by: proxy, ports)
        defer { for member in [first, second] { member.close() } }
        try first.log.waits(forAcceptanceOf: 1)
        proxy.pause()
        let frame = LinkFrames.fragment(0, [LinkFrames.bytes(1 << 20)])
        let count = PeerLink.mostUnwritten / (1 << 20)
        _ = try first.ask { $0.send(Array(repeating: frame, count: count - 8), to: 1) }
        #expect(try first.ask { $0.isConnected(to: 1) })
        _ = try first.ask { $0.send(Array(repeating: frame, count: 16), to: 1) }
        #expect(try first.log.waits(forLossOf: 1).sentence.contains("it does not read"))
        proxy.close()
    }

    @Test("A port that is taken is told with the address, and a member of another machine is not listened for")
    func cannotListen() throws {
        let ports = try FreePorts.draw(2)
        let member = try LinkedMember(0, of: ports)
        defer { member.close() }
        let error = #expect(throws: PeersError.self) { try LinkedMember(0, of: ports) }
        #expect(error?.code == .cannotListen && error?.message.contains("127.0.0.1:\(ports[0])") == true)
    }

    @Test("Whom nobody answers for is told with the reason, for as long as it is so")
    func unreachable() throws {
        let ports = try FreePorts.draw(2)
        let member = try LinkedMember(0, of: ports)
        defer { member.close() }
        var trouble: String?
        while trouble == nil { trouble = try member.ask { $0.trouble(of: 1) } }
        #expect(trouble?.contains("member 1 (127.0.0.1:\(ports[1])) cannot be reached") == true, "\(trouble ?? "")")
    }

    private static func facts(_ place: Int, _ ports: [Int], instance: UInt64) -> MemberFacts {
        MemberFacts(
            place: place, list: ports.map { "127.0.0.1:\($0)" }, epoch: 0, instance: instance, planHash: "0abc")
    }

    /// Two members with a proxy between them: the second one listens behind it.
    private static func joined(
        by proxy: LinkProxy, _ ports: [Int], _ alter: (inout PeerLinksSettings) throws -> Void = { _ in }
    ) throws -> (LinkedMember, LinkedMember) {
        let known = [ports[0], proxy.port]
        let second = try LinkedMember(1, of: known) {
            $0.listensAt = try PeerAddress(host: "127.0.0.1", port: ports[1])
            try alter(&$0)
        }
        return (try LinkedMember(0, of: known, alter), second)
    }
}
