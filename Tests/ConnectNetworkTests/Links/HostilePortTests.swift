import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("Strangers on the port of a member")
struct HostilePortTests {
    private struct Attack: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        /// Whether an answer is a frame without TLS.
        var isAnswered = true
    }

    private static func random(_ count: Int, first: UInt8) -> [UInt8] {
        var numbers = SplitMix(seed: 5)
        return [first] + (1..<count).map { _ in UInt8.random(in: 0...255, using: &numbers) }
    }

    private static let attacks: [Attack] = [
        Attack(testDescription: "1 MB of random bytes", bytes: random(1 << 20, first: 0x77)),
        Attack(
            testDescription: "an HTTP request", bytes: Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)),
        Attack(testDescription: "a frame of 2^32 - 1 bytes", bytes: [255, 255, 255, 255, 1, 0, 0, 0]),
        Attack(
            testDescription: "1 MB that begins like TLS", bytes: [0x16, 3, 1] + random(1 << 20, first: 2),
            isAnswered: false),
    ]

    // S-NET-1
    @Test("Garbage is refused, and frames between members go on", arguments: attacks)
    private func garbage(_ attack: Attack) throws {
        for security in [PeerSecurity.loopback, LinkSecrets.right] {
            let members = try LinkedMember.connected(2) { $0.security = security }
            defer { for member in members { member.close() } }
            members[0].send([LinkFrames.fragment(0, origin: LinkFrames.ball, ["ball"])], to: 1)
            let ports = try members[0].ask { $0.facts.list }.compactMap { Int($0.split(separator: ":")[1]) }
            for port in ports {
                let socket = try RawSocket(to: port)
                socket.write(attack.bytes)
                let answer = socket.readAll()
                let isPlain = security.authentication == .none
                #expect(answer.contains(4) == true || !(attack.isAnswered || isPlain), "\(answer.count) bytes")
            }
            try Self.ballIsThere(members)
        }
    }

    // S-NET-1
    @Test("Who says nothing is refused after the handshake's time, with and without TLS")
    func silence() throws {
        for security in [PeerSecurity.loopback, LinkSecrets.right] {
            let ports = try FreePorts.draw(2)
            let member = try LinkedMember(1, of: ports) {
                $0.security = security
                $0.timing = PeerTiming(handshakeTimeout: .milliseconds(100))
            }
            defer { member.close() }
            let socket = try RawSocket(to: ports[1])
            let answer = socket.readAll()
            let sentence = try member.log.waits(forRefusal: .timedOut)
            #expect(sentence.contains("in vain"), "\(sentence)")
            // With TLS nothing can be said before its own handshake.
            let said: Frame = .refusal(Refusal(reason: .timedOut, sentence: sentence))
            #expect(answer == (security.authentication == .none ? FrameSamples.encoded(said) : []))
        }
    }

    // S-NET-1
    @Test("Silence and thousands of connects at the port neither disturb frames nor pile up")
    func flood() throws {
        let members = try LinkedMember.connected(2) { $0.maximumUnaccepted = 16 }
        defer { for member in members { member.close() } }
        members[0].send([LinkFrames.fragment(0, origin: LinkFrames.ball, ["ball"])], to: 1)
        let port = try #require(
            try members[1].ask { $0.facts.list[1] }.split(separator: ":").last.flatMap { Int($0) })
        var silent: [RawSocket] = []
        for index in 0..<Self.connects {
            let socket = try RawSocket(to: port)
            if index % 10 == 0 { socket.write([0, 0]) }
            if index < 100 { silent.append(socket) }
        }
        let count = try members[1].ask { $0.connectionCount }
        #expect(count <= 16 + 1 + 1, "those that are closing in this turn may be counted")
        // All but the newest were closed by the member.
        for socket in silent.prefix(80) { #expect(socket.readAll().isEmpty) }
        try Self.ballIsThere(members)
    }

    /// Ten thousand take a moment, as each leaves a port of the system behind; the number is that of the soak.
    private static let connects = max(1000, min(10_000, seeds(1000).count))

    /// The ball goes to and fro, and nobody was lost.
    private static func ballIsThere(_ members: [LinkedMember]) throws {
        for member in members {
            let count = member.log.frameCount
            try member.log.waits(forFrames: count + 10)
            #expect(member.log.entries.allSatisfy { if case .lost = $0 { false } else { true } })
        }
    }
}
