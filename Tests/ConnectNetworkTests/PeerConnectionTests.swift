import Connect
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("What is decided about one connection")
struct PeerConnectionTests {
    private static let start = MonotonicTime(nanoseconds: 7_000_000_000)
    private static let list = ["a:1", "b:2"]

    private static func facts(_ place: Int) -> MemberFacts {
        MemberFacts(place: place, list: list, epoch: 4, instance: 7, planHash: "0abc")
    }

    private static func connection(
        _ role: Handshake.Role, _ authentication: Authentication = .none
    ) -> PeerConnection {
        PeerConnection(
            role: role, facts: facts(role == .listener ? 1 : 0), authentication: authentication, now: start)
    }

    private static func after(_ milliseconds: Int) -> MonotonicTime { start.advanced(by: .milliseconds(milliseconds)) }

    private static func bytes(_ frames: [Frame]) -> [UInt8] {
        var bytes: [UInt8] = []
        for frame in frames { FrameEncoder.append(frame, to: &bytes) }
        return bytes
    }

    private static func text(_ actions: [PeerConnection.Action]) -> String { "\(actions)" }

    private static func hello(_ authentication: Authentication = .none) -> Frame {
        .hello(Hello(version: 1, authentication: authentication))
    }

    private static func announcement(_ place: Int) -> Frame { .announcement(Announcement(facts: facts(place))) }

    /// What the other side of a role says up to its acceptance.
    private static func greeting(to role: Handshake.Role) -> [Frame] {
        role == .listener
            ? [hello(), announcement(0), .ready(Ready(epoch: 4))] : [hello(), announcement(1)]
    }

    private static let credit = Frame.credit(
        Credit(flow: FlowAddress(exchange: 1, origin: 2), generation: 3, bytes: 4, next: 5))
    private static let fragment = Frame.fragment(
        Fragment(
            flow: FlowAddress(exchange: 1, origin: 2), number: 3, attempt: 0, first: 0, isLast: true,
            elements: ["one", "", "three"]))
    private static let roles: [Handshake.Role] = [.listener, .dialler(expecting: 1)]

    /// A connection whose other side has been accepted at the start.
    private static func accepted(_ role: Handshake.Role) -> PeerConnection {
        var connection = connection(role)
        _ = connection.start()
        _ = bytes(greeting(to: role)).withUnsafeBytes { connection.receive($0, at: start) }
        return connection
    }

    // S-NET-1
    @Test(
        "Wherever the bytes are cut, the same comes of them, frames right behind the handshake included",
        arguments: roles)
    func everySplit(_ role: Handshake.Role) {
        let goodbye = Goodbye(reason: .leaving, sentence: "until later")
        let stream = Self.bytes(
            Self.greeting(to: role) + [Self.fragment, .heartbeat(Heartbeat(count: 0)), Self.credit, .goodbye(goodbye)])
        var whole = Self.connection(role)
        var expected = whole.start()
        expected += stream.withUnsafeBytes { whole.receive($0, at: Self.start) }
        #expect(expected.contains(.accepted(Self.facts(role == .listener ? 0 : 1), epoch: 4)))
        #expect(expected.suffix(3).prefix(2) == [.frame(Self.fragment), .frame(Self.credit)])
        guard case .close(.lost(let sentence, goodbye)) = expected.last else {
            Issue.record("\(expected)")
            return
        }
        #expect(sentence.contains("until later"))
        for cut in 0...stream.count {
            var connection = Self.connection(role)
            var actions = connection.start()
            for piece in [stream[..<cut], stream[cut...]] {
                actions += piece.withUnsafeBytes { connection.receive($0, at: Self.start) }
            }
            #expect(actions == expected, "cut at \(cut)")
        }
        var single = Self.connection(role)
        var actions = single.start()
        for byte in stream { actions += [byte].withUnsafeBytes { single.receive($0, at: Self.start) } }
        #expect(actions == expected)
    }

    // S-NET-5
    @Test("Silence is broken by heartbeats every second, and ends the connection after ten", arguments: roles)
    func silence(_ role: Handshake.Role) {
        var connection = Self.accepted(role)
        var beats = 0
        for second in 1...9 {
            let deadline = connection.deadline
            #expect(deadline == Self.after(second * 1000))
            #expect(connection.tick(at: Self.after(second * 1000 - 1)).isEmpty)
            let actions = connection.tick(at: Self.after(second * 1000))
            #expect(actions == [.send(.heartbeat(Heartbeat(count: UInt64(beats))))])
            beats += 1
        }
        let last = connection.tick(at: Self.after(10_000))
        guard case .close(.lost(let sentence, nil)) = last.first, last.count == 1 else {
            Issue.record("\(last)")
            return
        }
        #expect(sentence.contains("silent for 10 s"), "\(sentence)")
        let deadline = connection.deadline
        #expect(deadline == nil && connection.tick(at: Self.after(20_000)).isEmpty)
    }

    // S-NET-5
    @Test("Any byte is a sign of life, and frames that are sent put off the heartbeat")
    func signsOfLife() {
        var connection = Self.accepted(.listener)
        connection.sent(at: Self.after(900))
        #expect(connection.tick(at: Self.after(1000)).isEmpty)
        let deadline = connection.deadline
        #expect(deadline == Self.after(1900))
        // Half of a frame is enough.
        _ = [UInt8](repeating: 0, count: 2).withUnsafeBytes { connection.receive($0, at: Self.after(9900)) }
        connection.sent(at: Self.after(9900))
        #expect(connection.tick(at: Self.after(10_000)).isEmpty)
    }

    // S-NET-1
    @Test("A handshake has five seconds from the moment at which the connection was made", arguments: roles)
    func handshakeTimeout(_ role: Handshake.Role) {
        var connection = Self.connection(role)
        connection.opened(at: Self.after(3000))
        _ = connection.start()
        // Bytes do not put it off.
        _ = [UInt8](repeating: 0, count: 3).withUnsafeBytes { connection.receive($0, at: Self.after(7000)) }
        let deadline = connection.deadline
        #expect(deadline == Self.after(8000) && connection.tick(at: Self.after(7999)).isEmpty)
        let actions = connection.tick(at: Self.after(8000))
        guard case .send(.refusal(let refusal)) = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(actions == [.send(.refusal(refusal)), .close(.refused(refusal))])
        #expect(refusal.reason == .timedOut)
    }

    // S-NET-1
    @Test("Whoever speaks without TLS to a member that wants it is answered without TLS, and both say the same")
    func clearAtTLS() {
        for wanted in [Authentication.sharedSecret, .certificates] {
            for claimed in Authentication.allCases {
                var listener = Self.connection(.listener, wanted)
                let actions = Self.bytes([Self.hello(claimed)]).withUnsafeBytes {
                    listener.receiveInClear($0, at: Self.start)
                }
                guard case .send(.refusal(let refusal)) = actions.first else {
                    Issue.record("\(actions)")
                    continue
                }
                #expect(actions == [.send(.refusal(refusal)), .close(.refused(refusal))])
                #expect(refusal.reason == .authentication && refusal.sentence.contains(wanted.sentence))
                var dialler = Self.connection(.dialler(expecting: 1))
                _ = dialler.start()
                let told = Self.bytes([.refusal(refusal)]).withUnsafeBytes { dialler.receive($0, at: Self.start) }
                #expect(told == [.close(.refused(refusal))])
            }
        }
    }

    // S-NET-1
    @Test("Whoever speaks TLS to a member that wants none is refused, and reads why")
    func tlsAtClear() {
        var listener = Self.connection(.listener)
        let actions = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3].withUnsafeBytes { listener.receive($0, at: Self.start) }
        guard case .send(.refusal(let refusal)) = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(refusal.reason == .authentication && refusal.sentence.contains("TLS"))
        var dialler = Self.connection(.dialler(expecting: 1), .certificates)
        let told = Self.bytes([.refusal(refusal)]).withUnsafeBytes { dialler.receiveInClear($0, at: Self.start) }
        #expect(told == [.close(.refused(refusal))])
    }

    @Test("Nobody is accepted without TLS where TLS is wanted, whatever he says", arguments: roles)
    func neverAcceptedInClear(_ role: Handshake.Role) {
        var connection = Self.connection(role, .sharedSecret)
        var frames = Self.greeting(to: role)
        frames[0] = Self.hello(.sharedSecret)
        let actions = Self.bytes(frames).withUnsafeBytes { connection.receiveInClear($0, at: Self.start) }
        #expect(actions.count == 2)
        #expect(actions.last.map { Self.text([$0]) }?.contains("refused") == true)
    }

    @Test("A fault after the handshake is answered with a goodbye, and ends the connection", arguments: roles)
    func faults(_ role: Handshake.Role) {
        let late = Self.bytes([Self.hello()])
        for bytes in [[255, 255, 255, 255], late] {
            var connection = Self.accepted(role)
            let actions = bytes.withUnsafeBytes { connection.receive($0, at: Self.start) }
            guard case .send(.goodbye(let goodbye)) = actions.first,
                case .close(.lost(let sentence, nil)) = actions.last
            else {
                Issue.record("\(actions)")
                continue
            }
            #expect(goodbye.reason == .protocolError && sentence.contains(goodbye.sentence) && actions.count == 2)
        }
        var connection = Self.accepted(role)
        let actions = connection.fail(ProtocolError(.creditExceeded, "too much"))
        #expect(Self.text(actions).contains("too much") && actions.count == 2)
    }

    @Test("An end without a goodbye is told with its cause, before and after the acceptance", arguments: roles)
    func disconnected(_ role: Handshake.Role) {
        var early = Self.connection(role)
        guard case .close(.refused(let refusal)) = early.disconnect("reset").first else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.reason == .disconnected && refusal.sentence.contains("reset"))
        var connection = Self.accepted(role)
        let actions = connection.disconnect("reset")
        #expect(Self.text(actions).contains("without a goodbye: reset"))
        #expect(connection.disconnect("again").isEmpty)
    }

    @Test("Whoever leaves says goodbye, where he was accepted, and nothing comes out any more", arguments: roles)
    func leaves(_ role: Handshake.Role) {
        let goodbye = Goodbye(reason: .finished, sentence: "")
        var early = Self.connection(role)
        #expect(early.leave(goodbye) == [.close(.left(goodbye))])
        var connection = Self.accepted(role)
        #expect(connection.leave(goodbye) == [.send(.goodbye(goodbye)), .close(.left(goodbye))])
        let rest = Self.bytes([Self.fragment]).withUnsafeBytes { connection.receive($0, at: Self.start) }
        #expect(rest.isEmpty && connection.start().isEmpty && connection.tick(at: Self.after(60_000)).isEmpty)
    }
}
