public import Connect

/// The begin of a connection between two members: both end with the same verdict, and the same sentence.
///
/// The sides speak in turns, and each frame is checked before the next is sent, so at most one of them refuses and the
/// other learns of it. Nothing but the version and the kind of authentication is told to somebody who does not know
/// the secret.
///
///     dialler                                listener
///     waits for hello    ── hello ──►        waits for hello
///                        ◄── hello ──        waits for announcement
///     waits for          ── announcement ──► checks the proof, then the facts
///       announcement     ◄── announcement ── waits for ready
///     checks, accepts    ── ready ──►        accepts
@_spi(Fuzzing)
public struct Handshake: Sendable {
    /// Which side of the connection this is.
    public enum Role: Sendable, Hashable {
        /// Made the connection, and knows to whom: the place in the list.
        case dialler(expecting: Int)
        /// Was connected to.
        case listener
    }

    /// How a handshake ended.
    public enum Verdict: Sendable, Hashable {
        /// The other side is this member; both are in this epoch.
        case accepted(MemberFacts, epoch: UInt64)
        /// The connection is to be closed, after what is still to be sent.
        case refused(Refusal)
    }

    /// What to do next: send frames, and stop where there is a verdict.
    public struct Step: Sendable, Hashable {
        /// What is to be sent.
        public var frames: [Frame] = []
        /// How the handshake ended; nil while it has not.
        public var verdict: Verdict?
    }

    // Can go to: hello → announcement → ready (the listener only) → ended; every state → ended.
    private enum State: Sendable, Hashable {
        case waitsForHello
        case waitsForAnnouncement
        case waitsForReady(MemberFacts, epoch: UInt64)
        case ended
    }

    private let role: Role
    private let facts: MemberFacts
    private let authentication: Authentication
    private let nonce: Bytes
    /// The newest instance known of each place.
    private let instances: [Int: UInt64]
    private var otherNonce = Bytes()
    private var state = State.waitsForHello
    private let deadline: MonotonicTime

    /// How long a handshake may take, from the connection on.
    static let timeout = Duration.seconds(5)

    /// A handshake on a connection that has just been made.
    ///
    /// - Parameters:
    ///   - role: which side this is
    ///   - facts: what this member announces
    ///   - authentication: how both convince each other
    ///   - nonce: 32 random bytes, made for this connection
    ///   - instances: the newest instance known of each place, so that older ones are refused
    ///   - now: when the connection was made
    public init(
        role: Role, facts: MemberFacts, authentication: Authentication, nonce: Bytes, instances: [Int: UInt64] = [:],
        now: MonotonicTime
    ) {
        self.role = role
        self.facts = facts
        self.authentication = authentication
        self.nonce = nonce
        self.instances = instances
        deadline = now.advanced(by: Self.timeout)
    }

    /// Begins: the dialler speaks first.
    public func start() -> Step {
        role == .listener ? Step() : Step(frames: [hello])
    }

    /// When ``expire(at:)`` is to be called; nil once the handshake has ended.
    public var expiry: MonotonicTime? { state == .ended ? nil : deadline }

    /// Ends a handshake that takes too long.
    ///
    /// - Parameter now: the time
    /// - Returns: what to do; nothing before the deadline
    public mutating func expire(at now: MonotonicTime) -> Step {
        guard state != .ended, now >= deadline else { return Step() }
        return refuse(
            .timedOut,
            "\(facts.name) waited \(Self.timeout.components.seconds) s for the end of the handshake in vain")
    }

    /// Ends a handshake in which the other side broke the protocol.
    public mutating func fail(_ error: ProtocolError) -> Step {
        guard state != .ended else { return Step() }
        return refuse(error.code == .notAPeer ? .notAPeer : .protocolError, error.message)
    }

    /// Takes in a frame of the other side.
    ///
    /// - Parameter frame: any frame
    /// - Returns: what to do
    public mutating func receive(_ frame: Frame) -> Step {
        switch (state, frame) {
        case (.ended, _):
            return Step()
        case (_, .refusal(let refusal)):
            state = .ended
            return Step(verdict: .refused(refusal))
        case (.waitsForHello, .hello(let hello)):
            return receive(hello)
        case (.waitsForAnnouncement, .announcement(let announcement)):
            return receive(announcement)
        case (.waitsForReady(let other, let epoch), .ready(let ready)) where ready.epoch == epoch:
            state = .ended
            return Step(verdict: .accepted(other, epoch: epoch))
        case (.waitsForReady(_, let epoch), .ready(let ready)):
            return refuse(.protocolError, "the handshake is for epoch \(epoch), and ended for epoch \(ready.epoch)")
        default:
            return refuse(.protocolError, "a frame of type \(frame.kind) came where the handshake has no place for it")
        }
    }

    private mutating func receive(_ hello: Hello) -> Step {
        guard hello.version == Hello.currentVersion else {
            return refuse(
                .version,
                "the protocol's versions differ: \(facts.name) speaks version \(Hello.currentVersion), the other side "
                    + "version \(hello.version); run the same program everywhere")
        }
        guard hello.authentication == authentication.kind else {
            return refuse(
                .authentication,
                "the authentication differs: \(facts.name) wants \(authentication.kind.sentence), the other side "
                    + hello.authentication.sentence)
        }
        guard hello.nonce != nonce else {
            return refuse(.wrongSecret, "the other side sends back what \(facts.name) has sent")
        }
        otherNonce = hello.nonce
        state = .waitsForAnnouncement
        return Step(frames: [role == .listener ? self.hello : announcement])
    }

    private mutating func receive(_ announcement: Announcement) -> Step {
        let expected = authentication.proof(of: proven(announcement.facts, isOwn: false))
        guard Authentication.areEqual(expected, announcement.proof) else {
            return refuse(
                .wrongSecret, "the secrets differ: the other side cannot prove to \(facts.name) that it knows it")
        }
        let other = announcement.facts
        if let refusal = FactsComparison(
            own: facts, other: other, expected: expectedPlace, newest: instances[other.place]
        ).refusal {
            return refuse(refusal.reason, refusal.sentence)
        }
        let epoch = max(facts.epoch, other.epoch)
        if role == .listener {
            state = .waitsForReady(other, epoch: epoch)
            return Step(frames: [self.announcement])
        }
        state = .ended
        return Step(frames: [.ready(Ready(epoch: epoch))], verdict: .accepted(other, epoch: epoch))
    }

    private var expectedPlace: Int? {
        if case .dialler(let place) = role { place } else { nil }
    }

    private mutating func refuse(_ reason: Refusal.Reason, _ sentence: String) -> Step {
        state = .ended
        let refusal = Refusal(reason: reason, sentence: sentence)
        return Step(frames: [.refusal(refusal)], verdict: .refused(refusal))
    }

    private var hello: Frame {
        .hello(Hello(version: Hello.currentVersion, authentication: authentication.kind, nonce: nonce))
    }

    private var announcement: Frame {
        .announcement(
            Announcement(facts: facts, proof: authentication.proof(of: proven(facts, isOwn: true))))
    }

    /// What a side proves: its role, so that nobody can be answered with his own proof, both nonces, so that a proof is
    /// good for this connection only, and all that it announces.
    private func proven(_ facts: MemberFacts, isOwn: Bool) -> Bytes {
        let isOfDialler = (role != .listener) == isOwn
        var writer = WireWriter(bytes: [])
        writer.append(Hello.magic)
        writer.append(Hello.currentVersion)
        writer.append(authentication.kind.rawValue)
        writer.append(UInt8(isOfDialler ? 1 : 2))
        let isDialler = role != .listener
        writer.bytes.append(contentsOf: isDialler ? nonce : otherNonce)
        writer.bytes.append(contentsOf: isDialler ? otherNonce : nonce)
        writer.append(facts)
        return Bytes(writer.bytes)
    }
}
