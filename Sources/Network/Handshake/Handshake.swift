public import Connect

/// The begin of a connection between two members: both end with the same verdict, and the same sentence.
///
/// The sides speak in turns, and each frame is checked before the next is sent, so at most one of them refuses and the
/// other learns of it. Beneath, TLS has made sure that the other side knows the secret or has a certificate; only where
/// there is no authentication somebody else can speak at all.
///
///     dialler                                listener
///     waits for hello    ── hello ──►        waits for hello
///                        ◄── hello ──        waits for announcement
///     waits for          ── announcement ──► checks the facts
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
        /// The other side is no member, and wants something of this one: it is to be answered, and the connection closed.
        case asked(ListRequest)
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
    let facts: MemberFacts
    let authentication: Authentication
    private let timeout: Duration
    /// The newest instance known of each place.
    private let instances: [Int: UInt64]
    private var state = State.waitsForHello
    private var deadline: MonotonicTime

    /// A handshake on a connection that has just been made.
    ///
    /// - Parameters:
    ///   - role: which side this is
    ///   - facts: what this member announces
    ///   - authentication: how both convince each other
    ///   - instances: the newest instance known of each place, so that older ones are refused
    ///   - timeout: how long the handshake may take, from the connection on
    ///   - now: when the connection was made
    public init(
        role: Role, facts: MemberFacts, authentication: Authentication, instances: [Int: UInt64] = [:],
        timeout: Duration = .seconds(5), now: MonotonicTime
    ) {
        self.role = role
        self.facts = facts
        self.authentication = authentication
        self.instances = instances
        self.timeout = timeout
        deadline = now.advanced(by: timeout)
    }

    /// Counts the time anew.
    mutating func opened(at now: MonotonicTime) { deadline = now.advanced(by: timeout) }

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
            "\(facts.name) waited \(timeout) for the end of the handshake with \(otherName) in vain: see whether a member "
                + "of the same version runs there, and whether it can keep up")
    }

    /// Ends a handshake in which the other side broke the protocol.
    public mutating func fail(_ error: ProtocolError) -> Step {
        guard state != .ended else { return Step() }
        return refuse(error.code == .notAPeer ? .notAPeer : .protocolError, error.message)
    }

    /// Ends a handshake whose connection cannot go on, whatever was said: nothing can be sent any more.
    mutating func end(_ refusal: Refusal) -> Step {
        guard state != .ended else { return Step() }
        state = .ended
        return Step(verdict: .refused(refusal))
    }

    /// Ends a handshake that the other side begins with TLS, while this one wants none.
    mutating func refuseTLS() -> Step {
        guard state != .ended else { return Step() }
        return refuse(.authentication, authenticationDiffers("begins with TLS"))
    }

    /// Takes in a frame that came without TLS, while this side wants TLS: it is answered, and never believed.
    mutating func receiveInClear(_ frame: Frame) -> Step {
        switch (state, frame) {
        case (.ended, _), (_, .refusal):
            return receive(frame)
        case (.waitsForHello, .hello(let hello)) where hello.version != Hello.currentVersion:
            return receive(frame)
        default:
            return refuse(.authentication, authenticationDiffers("speaks without TLS"))
        }
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
        case (.waitsForAnnouncement, .listRequest(let request)) where role == .listener:
            state = .ended
            return Step(verdict: .asked(request))
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
                "the protocol's versions differ: \(facts.name) speaks version \(Hello.currentVersion), \(otherName) "
                    + "version \(hello.version); run the same program everywhere")
        }
        guard hello.authentication == authentication else {
            return refuse(.authentication, authenticationDiffers("wants \(hello.authentication.sentence)"))
        }
        state = .waitsForAnnouncement
        return Step(frames: [role == .listener ? self.hello : announcement])
    }

    private mutating func receive(_ announcement: Announcement) -> Step {
        let other = announcement.facts
        if let refusal = FactsComparison(
            own: facts, other: other, expected: expectedPlace, newest: instances[other.place]
        ).refusal {
            return refuse(refusal)
        }
        // Whoever is not alone is in an epoch.
        let epoch = max(facts.epoch, other.epoch, 1)
        if role == .listener {
            state = .waitsForReady(other, epoch: epoch)
            return Step(frames: [self.announcement])
        }
        state = .ended
        return Step(frames: [.ready(Ready(epoch: epoch))], verdict: .accepted(other, epoch: epoch))
    }

    /// What the other side is called in sentences before it has said who it is.
    var otherName: String {
        guard let place = expectedPlace, facts.list.indices.contains(place) else { return "the other side" }
        return "member \(place) (\(facts.list[place]))"
    }

    func authenticationDiffers(_ other: String) -> String {
        "the authentication differs: \(facts.name) wants \(authentication.sentence), \(otherName) \(other); give the "
            + "same security to all members"
    }

    private var expectedPlace: Int? {
        if case .dialler(let place) = role { place } else { nil }
    }

    private mutating func refuse(_ reason: Refusal.Reason, _ sentence: String) -> Step {
        refuse(Refusal(reason: reason, sentence: sentence))
    }

    private mutating func refuse(_ refusal: Refusal) -> Step {
        state = .ended
        return Step(frames: [.refusal(refusal)], verdict: .refused(refusal))
    }

    private var hello: Frame {
        .hello(Hello(version: Hello.currentVersion, authentication: authentication))
    }

    private var announcement: Frame { .announcement(Announcement(facts: facts)) }
}
