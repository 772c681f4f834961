import Connect
import ProcessSupport
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("Members that do not belong together, on real sockets")
struct LinkRefusalTests {
    private struct Mismatch: Sendable, CustomTestStringConvertible {
        let reason: Refusal.Reason
        /// What the sentence says.
        let words: [String]
        /// Alters what member 1 believes.
        let alter: @Sendable (inout MemberFacts) -> Void

        var testDescription: String { "\(reason)" }
    }

    private static let mismatches: [Mismatch] = [
        Mismatch(reason: .planDiffers, words: ["0abc", "9def", "same program"]) { $0.planHash = "9def" },
        Mismatch(reason: .listOrderDiffers, words: ["another order", "place 1"]) {
            $0.list.swapAt(1, 2)
            $0.epoch = 4
        },
        Mismatch(reason: .listDiffers, words: ["the lists differ", "10.9.8.7:1"]) {
            $0.list.append("10.9.8.7:1")
            $0.epoch = 4
        },
        // Only one of the two is among others: the list may be about to change.
        Mismatch(reason: .otherList, words: ["the lists differ", "10.9.8.7:1"]) { $0.list.append("10.9.8.7:1") },
        Mismatch(reason: .selfMissing, words: ["not its own address"]) { $0.list.remove(at: $0.place) },
        Mismatch(reason: .duplicateAddress, words: ["is twice in the list of member 1"]) { $0.list[2] = $0.list[0] },
        Mismatch(reason: .wrongPlace, words: ["calls itself member 2"]) { $0.place = 2 },
        Mismatch(reason: .oldEpoch, words: ["epoch 3", "epoch 4"]) { $0.epoch = 3 },
    ]

    // S-NET-1, case 59
    @Test("What differs is refused by both sides in the handshake, with the same sentence", arguments: mismatches)
    private func refused(_ mismatch: Mismatch) throws {
        for isProtected in [false, true] {
            let ports = try FreePorts.draw(3)
            let security = isProtected ? LinkSecrets.right : .loopback
            let first = try LinkedMember(0, of: ports) {
                $0.facts.epoch = 4
                $0.security = security
            }
            let second = try LinkedMember(1, of: ports) {
                mismatch.alter(&$0.facts)
                $0.security = security
            }
            defer { for member in [first, second] { member.close() } }
            // Within the five seconds that a handshake has: after those the reason would be another one.
            let sentence = try first.log.waits(forRefusal: mismatch.reason)
            #expect(try second.log.waits(forRefusal: mismatch.reason) == sentence)
            for word in mismatch.words { #expect(sentence.contains(word), "\(sentence)") }
            // The member that dials knows with whom it has trouble.
            let trouble = try first.ask { $0.trouble(of: 1) }
            #expect(trouble == nil || trouble == sentence)
        }
    }

    private struct Pair: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (Scratch) throws -> (PeerSecurity, PeerSecurity)
        let reason: Refusal.Reason
        /// What the sentences of the dialler and of the listener say.
        let words: (dialler: [String], listener: [String])
    }

    private static let pairs: [Pair] = [
        Pair(
            testDescription: "plain at a shared secret", make: { _ in (.plain, LinkSecrets.right) },
            reason: .authentication, words: (["speaks without TLS", "same security"], ["speaks without TLS"])),
        Pair(
            testDescription: "a shared secret at plain", make: { _ in (LinkSecrets.right, .plain) },
            reason: .authentication, words: (["begins with TLS", "same security"], ["begins with TLS"])),
        Pair(
            testDescription: "plain at certificates",
            make: { (.plain, try LinkAuthority("one", in: $0).security(of: "a")) },
            reason: .authentication, words: (["wants certificates"], ["speaks without TLS"])),
        Pair(
            testDescription: "certificates at plain",
            make: { (try LinkAuthority("one", in: $0).security(of: "a"), .plain) },
            reason: .authentication, words: (["wants no authentication"], ["begins with TLS"])),
        Pair(
            testDescription: "a shared secret at certificates",
            make: { (LinkSecrets.right, try LinkAuthority("one", in: $0).security(of: "a")) }, reason: .authentication,
            words: (["wants a shared secret", "another kind of TLS"], ["wants certificates", "another kind of TLS"])),
        Pair(
            testDescription: "certificates at a shared secret",
            make: { (try LinkAuthority("one", in: $0).security(of: "a"), LinkSecrets.right) }, reason: .authentication,
            words: (["wants certificates"], ["wants a shared secret"])),
        Pair(
            testDescription: "another secret", make: { _ in (LinkSecrets.right, LinkSecrets.wrong) },
            reason: .wrongSecret,
            words: (["the secrets differ", "same secret"], ["the secrets differ", "same secret"])),
        Pair(
            testDescription: "a certificate of another authority",
            make: {
                let (one, other) = (try LinkAuthority("one", in: $0), try LinkAuthority("other", in: $0))
                return (try other.security(of: "a", trusting: one), try one.security(of: "b"))
            }, reason: .untrustedCertificate,
            words: (["none of its trust roots has signed it"], ["none of the trust roots of member 1", "valid from"])),
        Pair(
            testDescription: "trust in another authority",
            make: {
                let (one, other) = (try LinkAuthority("one", in: $0), try LinkAuthority("other", in: $0))
                return (try one.security(of: "a", trusting: other), try one.security(of: "b"))
            }, reason: .untrustedCertificate,
            words: (["none of the trust roots of member 0"], ["none of its trust roots has signed it"])),
        Pair(
            testDescription: "a dialler's certificate that has expired",
            make: {
                let one = try LinkAuthority("one", in: $0)
                return (try one.security(of: "a", days: -1), try one.security(of: "b"))
            }, reason: .untrustedCertificate,
            words: (["has expired", "renew"], ["has expired", "valid from", "renew"])),
        Pair(
            testDescription: "a listener's certificate that has expired",
            make: {
                let one = try LinkAuthority("one", in: $0)
                return (try one.security(of: "a"), try one.security(of: "b", days: -1))
            }, reason: .untrustedCertificate,
            words: (["has expired", "valid from", "renew"], ["has expired", "renew"])),
    ]

    // S-NET-1
    @Test("Other protection is refused by both sides in the handshake, each with a sentence", arguments: pairs)
    private func protection(_ pair: Pair) throws {
        let scratch = try Scratch()
        let ports = try FreePorts.draw(2)
        let securities = try pair.make(scratch)
        let dialler = try LinkedMember(0, of: ports) { $0.security = securities.0 }
        let listener = try LinkedMember(1, of: ports) { $0.security = securities.1 }
        defer { for member in [dialler, listener] { member.close() } }
        for (member, words) in [(dialler, pair.words.dialler), (listener, pair.words.listener)] {
            let sentence = try member.log.waits(forRefusal: pair.reason)
            for word in words { #expect(sentence.contains(word), "\(sentence)") }
            #expect(!sentence.contains("a secret that"))
        }
        let isConnected = try dialler.ask { $0.isConnected(to: 1) }
        #expect(!isConnected)
    }

    // S-NET-1
    @Test("Members with certificates of one authority come together, whatever names are in them")
    func certificates() throws {
        let scratch = try Scratch()
        let authority = try LinkAuthority("members", in: scratch)
        let ports = try FreePorts.draw(3)
        let members = try ports.indices.map { place in
            let security = try authority.security(of: "member-\(place)")
            return try LinkedMember(place, of: ports) { $0.security = security }
        }
        defer { for member in members { member.close() } }
        members[0].send([LinkFrames.fragment(0, [LinkFrames.bytes(100_000)])], to: 2)
        for (place, member) in members.enumerated() {
            for other in members.indices where other != place { try member.log.waits(forAcceptanceOf: other) }
        }
        members[0].send([LinkFrames.fragment(1, [LinkFrames.bytes(100_000)])], to: 2)
        try members[2].log.waits(forFrames: 1)
    }

    // S-NET-1
    @Test("A member of another version is told so, and so is this one")
    func version() throws {
        let ports = try FreePorts.draw(2)
        let listener = try LinkedMember(1, of: ports)
        defer { listener.close() }
        var hello = FrameSamples.encoded(.hello(Hello(version: 2, authentication: .none)))
        hello.append(0)
        let socket = try RawSocket(to: ports[1])
        socket.write(hello)
        let sentence = try listener.log.waits(forRefusal: .version)
        #expect(sentence.contains("version 1") && sentence.contains("version 2"))
        var decoder = FrameDecoder()
        var frames: [Frame] = []
        try decoder.decode(Bytes(socket.readAll()), into: &frames)
        #expect(frames == [.refusal(Refusal(reason: .version, sentence: sentence))])
    }

    // S-NET-1
    @Test("Without protection only lists of this machine are taken, unless it is asked for")
    func unprotected() throws {
        let members = try [PeerAddress("127.0.0.1:1"), PeerAddress("10.0.0.1:2")]
        let error = #expect(throws: PeersError.self) { try PeerTransport(.loopback, members: members) }
        #expect(error?.code == .unprotected && error?.message.contains("10.0.0.1:2") == true)
        _ = try PeerTransport(.plain, members: members)
        _ = try PeerTransport(LinkSecrets.right, members: members)
        _ = try PeerTransport(.loopback, members: [members[0], PeerAddress("localhost:3"), PeerAddress("[::1]:4")])
    }

    @Test("Secrets that are too short or too long are refused, and no form of a text shows one")
    func secrets() throws {
        for count in [0, 15, 257] {
            let error = #expect(throws: PeersError.self) { try PeerSecurity.sharedSecret(LinkFrames.bytes(count)) }
            #expect(error?.code == .unusableSecret)
        }
        let security = try PeerSecurity.sharedSecret("open sesame and more")
        var dumped = ""
        dump(security, to: &dumped)
        for text in ["\(security)", String(reflecting: security), dumped] {
            #expect(!text.contains("sesame"), "\(text)")
        }
    }

    @Test("Files that cannot be used are named in the error")
    func unusableFiles() throws {
        let scratch = try Scratch()
        let one = try LinkAuthority("one", in: scratch)
        guard case .certificates(let chain, let key, let roots) = try one.security(of: "a").kind,
            case .certificates(_, let otherKey, _) = try one.security(of: "b").kind
        else { throw TestFailure("no certificates") }
        let garbage = try scratch.file("garbage.pem", "not a certificate")
        for (chain, key, roots, word) in [
            (scratch.path("none.pem"), key, roots, "none.pem"), (chain, scratch.path("none.key"), roots, "none.key"),
            (chain, key, scratch.path("none.pem"), "none.pem"), (garbage, key, roots, "garbage.pem"),
            (chain, garbage, roots, "garbage.pem"), (chain, key, garbage, "garbage.pem"),
            (chain, otherKey, roots, "the key that of the certificate"),
        ] {
            let error = #expect(throws: PeersError.self) {
                try PeerTransport(.certificates(chain: chain, key: key, trustRoots: roots), members: [])
            }
            #expect(error?.code == .unusableCertificate)
            #expect(error?.message.contains(word) == true, "\(word): \(error?.message ?? "")")
        }
    }
}
