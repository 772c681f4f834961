public import Connect

/// All that is decided about one connection: bytes and time go in, what is to be done comes out.
///
/// It joins the frames, the handshake and the signs of life, so that whoever owns the socket only carries out. After
/// ``Action/close(_:)`` nothing comes out any more.
@_spi(Fuzzing)
public struct PeerConnection: ~Copyable, Sendable {
    /// What is to be done, in this order.
    public enum Action: Sendable, Hashable {
        /// A frame is to be sent.
        case send(Frame)
        /// The other side is this member; both are in this epoch. What comes now is for the flows.
        case accepted(MemberFacts, epoch: UInt64)
        /// A frame of a flow came.
        case frame(Frame)
        /// The other side is no member: what it wants is to be answered by ``PeerConnection/answer(_:)``.
        case asked(ListRequest)
        /// The connection is to be closed, after what is to be sent.
        case close(PeerEnding)
    }

    // Can go to: handshake → accepted → closed; handshake → closed.
    private enum Phase: Sendable {
        case handshake
        case accepted(MemberFacts)
        case closed
    }

    private var phase = Phase.handshake
    private var decoder: FrameDecoder
    private var handshake: Handshake
    private var liveness: Liveness
    private let timing: PeerTiming
    private let wantsTLS: Bool
    private var isFirst = true

    /// A connection that has just been made.
    ///
    /// - Parameters:
    ///   - role: which side this is
    ///   - facts: what this member announces
    ///   - authentication: how the members convince each other; with another than none, the bytes come out of TLS
    ///   - instances: the newest instance known of each place
    ///   - limits: the bounds of what is taken
    ///   - timing: what is waited for, and how long
    ///   - now: when the connection was made
    public init(
        role: Handshake.Role, facts: MemberFacts, authentication: Authentication, instances: [Int: UInt64] = [:],
        limits: WireLimits = WireLimits(), timing: PeerTiming = PeerTiming(), now: MonotonicTime
    ) {
        decoder = FrameDecoder(limits: limits)
        handshake = Handshake(
            role: role, facts: facts, authentication: authentication, instances: instances,
            timeout: timing.handshakeTimeout, now: now)
        // Begins anew when the other side is accepted.
        liveness = Liveness(now: now)
        wantsTLS = authentication != .none
        self.timing = timing
    }

    /// Begins to count the time, where the connection was prepared before it was made.
    ///
    /// - Parameter now: when it was made
    public mutating func opened(at now: MonotonicTime) { handshake.opened(at: now) }

    /// Begins, where bytes can be sent: with TLS, after its own handshake.
    ///
    /// - Returns: what is to be done
    public mutating func start() -> [Action] {
        var actions: [Action] = []
        if case .handshake = phase { follow(handshake.start(), &actions) }
        return actions
    }

    /// Takes in bytes of the other side; with TLS, those that were inside.
    ///
    /// - Parameters:
    ///   - bytes: what came next; not kept
    ///   - now: the time
    /// - Returns: what is to be done
    public mutating func receive(_ bytes: UnsafeRawBufferPointer, at now: MonotonicTime) -> [Action] {
        var actions: [Action] = []
        if isFirst, let first = bytes.first {
            isFirst = false
            // Every frame of a handshake is shorter than 64 KiB, so that it begins with 0.
            if !wantsTLS, first == Self.beginOfTLS, case .handshake = phase {
                follow(handshake.refuseTLS(), &actions)
                return actions
            }
        }
        take(bytes, at: now, &actions) { connection, frame, actions in connection.take(frame, at: now, &actions) }
        return actions
    }

    /// Takes in bytes that came without TLS, though this side wants TLS.
    ///
    /// What comes of it can only be a refusal, and what is to be sent goes out without TLS, so that the other side
    /// learns what it has to mend.
    ///
    /// - Parameters:
    ///   - bytes: what came next; not kept
    ///   - now: the time
    /// - Returns: what is to be done
    public mutating func receiveInClear(_ bytes: UnsafeRawBufferPointer, at now: MonotonicTime) -> [Action] {
        var actions: [Action] = []
        guard case .handshake = phase else { return actions }
        take(bytes, at: now, &actions) { connection, frame, actions in
            connection.follow(connection.handshake.receiveInClear(frame), &actions)
        }
        return actions
    }

    /// The first byte of a connection that begins with TLS.
    static let beginOfTLS: UInt8 = 0x16
    /// The first byte of a connection that ends with TLS before it has begun.
    static let alertOfTLS: UInt8 = 0x15

    /// When ``tick(at:)`` is to be called next; nil once the connection is closed.
    public var deadline: MonotonicTime? {
        switch phase {
        case .handshake: handshake.expiry
        case .accepted: liveness.deadline
        case .closed: nil
        }
    }

    /// Does what time asks for; called too early or twice, it does nothing.
    ///
    /// - Parameter now: the time
    /// - Returns: what is to be done
    public mutating func tick(at now: MonotonicTime) -> [Action] {
        var actions: [Action] = []
        switch phase {
        case .closed: break
        case .handshake: follow(handshake.expire(at: now), &actions)
        case .accepted(let facts):
            switch liveness.duty(at: now) {
            case .wait: break
            case .sendHeartbeat(let heartbeat): actions.append(.send(.heartbeat(heartbeat)))
            case .lost(let silence):
                close(
                    .lost("\(facts.name) has been silent for \(silence.rounded): it is taken for dead", goodbye: nil),
                    &actions)
            }
        }
        return actions
    }

    /// Notes that the flows have sent something.
    ///
    /// - Parameter now: the time
    public mutating func sent(at now: MonotonicTime) { liveness.sent(at: now) }

    /// Ends a connection that is not there any more.
    ///
    /// - Parameter cause: what is known about it, to stand behind a colon
    /// - Returns: what is to be done
    public mutating func disconnect(_ cause: String?) -> [Action] {
        var actions: [Action] = []
        let suffix = cause.map { ": \($0)" } ?? ""
        switch phase {
        case .closed: break
        case .handshake:
            let sentence = "the connection to \(handshake.otherName) ended within the handshake\(suffix)"
            follow(handshake.end(Refusal(reason: .disconnected, sentence: sentence)), &actions)
        case .accepted(let facts):
            close(.lost("the connection to \(facts.name) ended without a goodbye\(suffix)", goodbye: nil), &actions)
        }
        return actions
    }

    /// Ends a connection on which TLS failed.
    ///
    /// - Parameter failure: what TLS says
    /// - Returns: what is to be done
    mutating func fail(_ failure: TLSFailure) -> [Action] {
        guard case .handshake = phase else { return disconnect(failure.text) }
        var actions: [Action] = []
        follow(handshake.end(handshake.refusal(for: failure)), &actions)
        return actions
    }

    /// Leaves: the other side is told where it has been accepted.
    ///
    /// - Parameter goodbye: why
    /// - Returns: what is to be done
    public mutating func leave(_ goodbye: Goodbye) -> [Action] {
        var actions: [Action] = []
        switch phase {
        case .closed: break
        case .handshake: close(.left(goodbye), &actions)
        case .accepted:
            actions.append(.send(.goodbye(goodbye)))
            close(.left(goodbye), &actions)
        }
        return actions
    }

    private mutating func take(
        _ bytes: UnsafeRawBufferPointer, at now: MonotonicTime, _ actions: inout [Action],
        each: (inout PeerConnection, Frame, inout [Action]) -> Void
    ) {
        liveness.received(at: now)
        var offset = 0
        do throws(ProtocolError) {
            while !isClosed, let frame = try decoder.next(in: bytes, from: &offset) { each(&self, frame, &actions) }
        } catch {
            fail(error, &actions)
        }
    }

    private var isClosed: Bool {
        if case .closed = phase { true } else { false }
    }

    private mutating func take(_ frame: Frame, at now: MonotonicTime, _ actions: inout [Action]) {
        guard case .accepted(let facts) = phase else {
            follow(handshake.receive(frame), &actions, at: now)
            return
        }
        switch frame {
        case .heartbeat: break
        case .goodbye(let goodbye):
            let sentence = goodbye.sentence.isEmpty ? "it is \(goodbye.reason)" : goodbye.sentence
            close(.lost("\(facts.name) said goodbye: \(sentence)", goodbye: goodbye), &actions)
        case .hello, .announcement, .ready, .refusal, .listRequest, .listAnswer:
            fail(ProtocolError(.unexpected, "a frame of type \(frame.kind) came after the handshake"), &actions)
        case .openFlow, .fragment, .acknowledgement, .credit, .endOfStream, .stop, .closeFlow, .listChange, .drained,
            .failing:
            actions.append(.frame(frame))
        }
    }

    /// Ends a connection whose other side broke the protocol, in a frame or in the use of a flow.
    ///
    /// - Parameter error: what it did
    /// - Returns: what is to be done
    mutating func fail(_ error: ProtocolError) -> [Action] {
        var actions: [Action] = []
        fail(error, &actions)
        return actions
    }

    private mutating func fail(_ error: ProtocolError, _ actions: inout [Action]) {
        switch phase {
        case .closed: break
        case .handshake: follow(handshake.fail(error), &actions)
        case .accepted(let facts):
            actions.append(.send(.goodbye(Goodbye(reason: .protocolError, sentence: error.message))))
            close(.lost("\(facts.name) broke the protocol: \(error.message)", goodbye: nil), &actions)
        }
    }

    /// Does what a step of the handshake asks for.
    private mutating func follow(_ step: Handshake.Step, _ actions: inout [Action], at now: MonotonicTime? = nil) {
        for frame in step.frames { actions.append(.send(frame)) }
        switch step.verdict {
        case .refused(let refusal): close(.refused(refusal), &actions)
        case .accepted(let facts, let epoch):
            if let now {
                liveness = Liveness(
                    heartbeatInterval: timing.heartbeatInterval, peerTimeout: timing.peerTimeout, now: now)
            }
            decoder.accept()
            phase = .accepted(facts)
            actions.append(.accepted(facts, epoch: epoch))
        case .asked(let request): actions.append(.asked(request))
        case nil: break
        }
    }

    /// Answers somebody who is no member, and closes.
    ///
    /// - Parameter answer: what is to be said
    /// - Returns: what is to be done
    mutating func answer(_ answer: ListAnswer) -> [Action] {
        var actions: [Action] = []
        guard case .handshake = phase else { return actions }
        actions.append(.send(.listAnswer(answer)))
        close(.left(Goodbye(reason: .finished, sentence: "")), &actions)
        return actions
    }

    private mutating func close(_ ending: PeerEnding, _ actions: inout [Action]) {
        phase = .closed
        actions.append(.close(ending))
    }
}

extension Duration {
    /// In milliseconds below a second and in whole seconds above, for sentences.
    fileprivate var rounded: String {
        let (seconds, attoseconds) = components
        return seconds > 0 ? "\(seconds) s" : "\(attoseconds / 1_000_000_000_000_000) ms"
    }
}
