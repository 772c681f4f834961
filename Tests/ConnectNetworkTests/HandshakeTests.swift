import Connect
import ConnectTesting
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

/// A member as a handshake sees it.
private struct Side: Sendable {
    var facts: MemberFacts
    var authentication = Authentication.sharedSecret
    var instances: [Int: UInt64] = [:]
    var expecting = 1
    var altersHello: @Sendable (inout Hello) -> Void = { _ in }

    init(place: Int) {
        facts = MemberFacts(
            place: place, list: ["a:1", "b:2", "c:3"], epoch: 4, instance: 7, planHash: "0abc")
    }
}

@Suite("The handshake of two members")
struct HandshakeTests {
    private static let start = MonotonicTime(nanoseconds: 1000)

    private struct Outcome {
        var dialler: Handshake.Verdict?
        var listener: Handshake.Verdict?
        /// What the listener sent.
        var told: [Frame] = []
    }

    /// Lets two sides speak until none has anything to say.
    private static func meet(_ dialler: Side, _ listener: Side) -> Outcome {
        var outcome = Outcome()
        var one = connection(dialler, .dialler(expecting: dialler.expecting))
        var other = connection(listener, .listener)
        var toListener = sent(one.start(), dialler, &outcome.dialler)
        var toDialler = sent(other.start(), listener, &outcome.listener)
        while !toListener.isEmpty || !toDialler.isEmpty {
            let actions = toListener.withUnsafeBytes { other.receive($0, at: start) }
            toListener = []
            outcome.told += actions.compactMap { if case .send(let frame) = $0 { frame } else { nil } }
            toDialler += sent(actions, listener, &outcome.listener)
            toListener += sent(toDialler.withUnsafeBytes { one.receive($0, at: start) }, dialler, &outcome.dialler)
            toDialler = []
        }
        return outcome
    }

    private static func connection(_ side: Side, _ role: Handshake.Role) -> PeerConnection {
        PeerConnection(
            role: role, facts: side.facts, authentication: side.authentication, instances: side.instances, now: start)
    }

    private static func handshake(_ side: Side, _ role: Handshake.Role) -> Handshake {
        Handshake(
            role: role, facts: side.facts, authentication: side.authentication, instances: side.instances, now: start)
    }

    /// What a side sends, and its verdict where it has one.
    private static func sent(
        _ actions: [PeerConnection.Action], _ side: Side, _ verdict: inout Handshake.Verdict?
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        for action in actions {
            switch action {
            case .send(.hello(var hello)):
                side.altersHello(&hello)
                FrameEncoder.append(.hello(hello), to: &bytes)
            case .send(let frame): FrameEncoder.append(frame, to: &bytes)
            case .accepted(let facts, let epoch): verdict = .accepted(facts, epoch: epoch)
            case .close(.refused(let refusal)): verdict = .refused(refusal)
            case .close, .frame, .asked: Issue.record("not of a handshake: \(action)")
            }
        }
        return bytes
    }

    // S-NET-1
    @Test(
        "Members that agree accept each other, by whatever they are authenticated",
        arguments: Authentication.allCases)
    func accept(_ authentication: Authentication) {
        var dialler = Side(place: 0)
        var listener = Side(place: 1)
        dialler.authentication = authentication
        listener.authentication = authentication
        // One that has just started takes the epoch that the others are in.
        dialler.facts.epoch = 0
        listener.instances = [0: 7]
        let outcome = Self.meet(dialler, listener)
        #expect(outcome.dialler == .accepted(listener.facts, epoch: 4))
        #expect(outcome.listener == .accepted(dialler.facts, epoch: 4))
    }

    private struct Mismatch: Sendable, CustomTestStringConvertible {
        let reason: Refusal.Reason
        /// What the sentence must name.
        let words: [String]
        let make: @Sendable (inout Side, inout Side) -> Void

        var testDescription: String { "\(reason): \(words)" }
    }

    private static let mismatches: [Mismatch] = [
        Mismatch(reason: .version, words: ["version 1", "version 2"]) { dialler, _ in
            dialler.altersHello = { $0.version = 2 }
        },
        Mismatch(reason: .authentication, words: ["a shared secret", "no authentication"]) { _, listener in
            listener.authentication = .none
        },
        Mismatch(reason: .planDiffers, words: ["0abc", "9def", "b:2"]) { _, listener in listener.facts.planHash = "9def"
        },
        Mismatch(reason: .selfMissing, words: ["member 1 (d:4)", "not its own address"]) { _, listener in
            listener.facts.address = "d:4"
        },
        Mismatch(reason: .duplicateAddress, words: ["b:2 is twice"]) { _, listener in
            listener.facts.list = ["a:1", "b:2", "b:2"]
        },
        Mismatch(reason: .listDiffers, words: ["d:4", "member 0 (a:1)"]) { _, listener in
            listener.facts.list = ["a:1", "b:2", "c:3", "d:4"]
        },
        Mismatch(reason: .listDiffers, words: ["c:3", "not in that of"]) { dialler, _ in
            dialler.facts.list = ["a:1", "b:2"]
        },
        Mismatch(reason: .listOrderDiffers, words: ["place 0", "a:1", "c:3"]) { _, listener in
            listener.facts.list = ["c:3", "b:2", "a:1"]
        },
        Mismatch(reason: .wrongPlace, words: ["b:2", "member 2"]) { _, listener in listener.facts.place = 2 },
        Mismatch(reason: .wrongPlace, words: ["b:2", "member 2 (c:3)"]) { dialler, _ in dialler.expecting = 2 },
        Mismatch(reason: .duplicatePlace, words: ["two instances", "b:2"]) { dialler, _ in
            dialler.facts.place = 1
            dialler.facts.address = "b:2"
        },
        Mismatch(reason: .oldInstance, words: ["instance 7", "instance 8", "a:1"]) { _, listener in
            listener.instances = [0: 8]
        },
        Mismatch(reason: .oldEpoch, words: ["epoch 3", "epoch 4"]) { dialler, _ in dialler.facts.epoch = 3 },
    ]

    // S-NET-1, case 59
    @Test(
        "What differs is refused by both, for the same reason and with a sentence that names it", arguments: mismatches)
    private func refuse(_ mismatch: Mismatch) {
        for isReversed in [false, true] {
            // Whoever dials, the verdict is the same; only what the dialler expects cannot be turned round.
            if isReversed, mismatch.reason == .wrongPlace || mismatch.reason == .oldInstance { continue }
            var one = Side(place: 0)
            var other = Side(place: 1)
            mismatch.make(&one, &other)
            if isReversed { other.expecting = 0 }
            let outcome = isReversed ? Self.meet(other, one) : Self.meet(one, other)
            guard case .refused(let refusal) = outcome.dialler else {
                Issue.record("the dialler does not refuse but \(String(describing: outcome.dialler))")
                continue
            }
            #expect(outcome.listener == .refused(refusal))
            #expect(refusal.reason == mismatch.reason)
            for word in mismatch.words { #expect(refusal.sentence.contains(word), "\(refusal.sentence)") }
        }
    }

    // S-NET-1
    @Test("A member with a higher place that dials is refused, and told who dials")
    func wrongDialler() {
        var dialler = Side(place: 1)
        dialler.expecting = 0
        let outcome = Self.meet(dialler, Side(place: 0))
        guard case .refused(let refusal) = outcome.dialler else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.reason == .protocolError && refusal.sentence.contains("lower place dials"))
        #expect(outcome.listener == .refused(refusal))
    }

    @Test("Somebody who is authenticated otherwise learns neither the list nor the plan")
    func strangersLearnNothing() {
        var dialler = Side(place: 0)
        dialler.authentication = .certificates
        let outcome = Self.meet(dialler, Side(place: 1))
        #expect(outcome.told.map(\.kind) == [.refusal])
        let text = outcome.told.map { "\($0)" }.joined()
        #expect(!text.contains("0abc") && !text.contains("c:3"))
    }

    @Test("Silence ends a handshake after five seconds, and not before")
    func silence() {
        for role in [Handshake.Role.listener, .dialler(expecting: 1)] {
            var handshake = Self.handshake(Side(place: 0), role)
            _ = handshake.start()
            let end = Self.start.advanced(by: .seconds(5))
            #expect(handshake.expiry == end)
            #expect(handshake.expire(at: Self.start.advanced(by: .milliseconds(4999))) == Handshake.Step())
            let step = handshake.expire(at: end)
            guard case .refused(let refusal) = step.verdict else {
                Issue.record("not refused")
                continue
            }
            #expect(refusal.reason == .timedOut && refusal.sentence.contains("5.0 seconds"))
            #expect(step.frames == [.refusal(refusal)])
            #expect(handshake.expiry == nil)
            #expect(handshake.expire(at: end) == Handshake.Step())
        }
    }

    @Test("Every frame out of its turn is refused, and nothing is said after the end", arguments: Frame.Kind.allCases)
    func outOfTurn(_ kind: Frame.Kind) {
        var numbers = SplitMix(seed: 1)
        guard kind != .hello, kind != .refusal else { return }
        var handshake = Self.handshake(Side(place: 1), .listener)
        let step = handshake.receive(FrameSamples.frame(kind, &numbers))
        guard case .refused(let refusal) = step.verdict else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.reason == .protocolError && refusal.sentence.contains("\(kind)"))
        #expect(handshake.receive(FrameSamples.frame(.hello, &numbers)) == Handshake.Step())
        #expect(handshake.fail(ProtocolError(.checksum, "no")) == Handshake.Step())
    }

    @Test("A stranger is told that the port is for peers only")
    func strangers() {
        var handshake = Self.handshake(Side(place: 1), .listener)
        var decoder = FrameDecoder()
        var frames: [Frame] = []
        do throws(ProtocolError) {
            try decoder.decode(Bytes("GET / HTTP/1.1\r\n\r\n"), into: &frames)
        } catch {
            let step = handshake.fail(error)
            #expect(step.verdict == .refused(Refusal(reason: .notAPeer, sentence: error.message)))
        }
        #expect(handshake.expiry == nil)
    }
}
