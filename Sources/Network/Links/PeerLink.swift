import Connect
import NIOCore
import NIOSSL
import NIOTLS

/// One connection: carries out what ``PeerConnection`` decides, on its channel.
final class PeerLink: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Whom this member has dialled; nil where it was dialled.
    let dialled: Int?
    /// During which list the connection was made.
    let round: Int
    /// Which member is at the other side, once it has been accepted.
    private(set) var place: Int?
    /// How many bytes were given to it and are not written yet.
    private(set) var unwritten = 0

    private var connection: PeerConnection
    private weak var links: PeerLinks?
    private let wantsTLS: Bool
    private var context: ChannelHandlerContext?
    private var output = ByteBuffer()
    private var pool = OutputBufferPool()
    private var willFlush = false
    private var hasRoom = true
    private var isTooFull = false
    private var canSend = false
    private var isInClear = false
    private var isFailing = false
    private var timer: Scheduled<Void>?
    private var armedFor = MonotonicTime.distantFuture

    /// Above how many bytes that are not written there is no room, and at how many there is room again.
    static let room = (full: 4 << 20, again: 1 << 20)
    /// How many bytes wait at most: flows have bounds of their own, so whoever has more than this waiting does not read.
    static let mostUnwritten = 64 << 20
    /// How long the buffers are in which frames are put together: a short one for a turn that says little, as it may wait
    /// for long to be written, and longer ones behind it.
    private static let bufferLengths = (first: 1 << 10, further: 64 << 10)

    /// A connection that is being made.
    ///
    /// - Parameters:
    ///   - connection: decides
    ///   - dialled: whom this member has dialled
    ///   - round: during which list that is
    ///   - wantsTLS: whether there is TLS beneath
    ///   - links: who is told
    init(_ connection: consuming PeerConnection, dialled: Int?, round: Int, wantsTLS: Bool, links: PeerLinks) {
        self.connection = connection
        self.dialled = dialled
        self.round = round
        self.wantsTLS = wantsTLS
        self.links = links
    }

    // MARK: What comes from the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin() }
    }

    func channelActive(context: ChannelHandlerContext) { begin() }

    private func begin() {
        connection.opened(at: .now())
        arm()
        guard !wantsTLS else { return }
        canSend = true
        perform(connection.start())
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        perform(unwrapInboundIn(data).withUnsafeReadableBytes { connection.receive($0, at: .now()) })
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted:
            canSend = true
            perform(connection.start())
        case let clear as PeerEdge.InClear:
            isInClear = true
            perform(clear.bytes.withUnsafeReadableBytes { connection.receiveInClear($0, at: .now()) })
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case NIOSSLError.uncleanShutdown = error {
            perform(connection.disconnect(nil))
        } else if error is NIOSSLError || error is BoringSSLError || error is NIOSSLExtraError {
            isFailing = true
            let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
            perform(
                connection.fail(
                    TLSFailure("\(error)", certificate: certificate.map { "\(CertificateDates(of: $0))" })))
        } else {
            perform(connection.disconnect((error as? IOError).map { "\($0)" } ?? "\(error)"))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        perform(connection.disconnect(nil))
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        self.context = nil
        links?.closed(self)
    }

    // MARK: What comes from above

    /// Sends frames with all others of this turn of the loop.
    func send(_ frames: some Sequence<Frame>) {
        for frame in frames { append(frame) }
        connection.sent(at: .now())
        flushSoon()
        guard unwritten > Self.mostUnwritten, !isTooFull else { return }
        isTooFull = true
        // Not in the middle of what the caller does.
        context?.eventLoop.assumeIsolated().execute { [weak self] in
            self?.abort("\(Self.mostUnwritten >> 20) MiB wait for it, and it does not read")
        }
    }

    /// Says goodbye and closes.
    func leave(_ goodbye: Goodbye) { perform(connection.leave(goodbye)) }

    /// Closes because the other side has broken the protocol in the use of a flow.
    func fail(_ error: ProtocolError) { perform(connection.fail(error)) }

    /// Closes at once, also where the other side is still reading what was said last.
    func abort(_ cause: String) {
        perform(connection.disconnect(cause))
        context?.triggerUserOutboundEvent(PeerEdge.Abort(), promise: nil)
    }

    // MARK: What is to be done

    private func perform(_ actions: [PeerConnection.Action]) {
        for (index, action) in actions.enumerated() {
            switch action {
            case .send(let frame):
                append(frame)
                flushSoon()
            case .accepted(let facts, let epoch):
                place = facts.place
                links?.accepted(self, facts, epoch: epoch)
            case .frame(let frame):
                if let place { links?.received(frame, from: place, on: self) }
            case .asked(let request):
                if let answer = links?.asked(request, on: self) { perform(connection.answer(answer)) }
            case .close(let ending):
                let saidWhy = index > 0 && actions[index - 1].isSent
                end(ending, saidWhy: saidWhy)
            }
        }
        arm()
    }

    private func end(_ ending: PeerEnding, saidWhy: Bool) {
        flush()
        if isFailing || isInClear {
            // TLS has an alert to send first, and closes by itself; this is for the case that it does not.
            context?.eventLoop.assumeIsolated().execute { [weak self] in
                self?.context?.triggerUserOutboundEvent(PeerEdge.LastWord(), promise: nil)
            }
        } else if saidWhy, canSend {
            context?.close(promise: nil)
        } else {
            context?.triggerUserOutboundEvent(PeerEdge.Abort(), promise: nil)
        }
        links?.ended(self, ending)
    }

    /// Sees to it that the connection is asked when its time has come. Times that became later are noticed then.
    private func arm() {
        guard let deadline = connection.deadline, let loop = context?.eventLoop else {
            timer?.cancel()
            timer = nil
            return
        }
        if timer != nil, deadline >= armedFor { return }
        timer?.cancel()
        armedFor = deadline
        timer = loop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(deadline.nanoseconds)) { [weak self] in
            guard let self else { return }
            timer = nil
            perform(connection.tick(at: .now()))
        }
    }

    private func append(_ frame: Frame) {
        let room = FrameEncoder.room(for: frame)
        if output.writableBytes < room {
            let length = output.readableBytes == 0 ? Self.bufferLengths.first : Self.bufferLengths.further
            passOn()
            output = pool.buffer(capacity: max(room, length))
        }
        let before = output.readableBytes
        FrameEncoder.append(frame, to: &output)
        unwritten += output.readableBytes - before
        if unwritten > Self.room.full { hasRoom = false }
    }

    private func flushSoon() {
        guard !willFlush, let loop = context?.eventLoop else { return }
        willFlush = true
        loop.assumeIsolated().execute { [weak self] in self?.flush() }
    }

    private func flush() {
        willFlush = false
        passOn()
        if !isInClear { context?.flush() }
    }

    /// Gives the channel what was put together.
    private func passOn() {
        let count = output.readableBytes
        guard count > 0 else { return }
        let buffer = output
        output = ByteBuffer()
        guard let context, canSend || isInClear else { return }
        if isInClear {
            context.triggerUserOutboundEvent(PeerEdge.InClear(bytes: buffer), promise: nil)
            return
        }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [weak self] _ in
            self?.pool.giveBack(buffer)
            self?.written(count)
        }
        context.write(wrapOutboundOut(buffer), promise: promise)
    }

    private func written(_ count: Int) {
        unwritten -= count
        guard !hasRoom, unwritten <= Self.room.again else { return }
        hasRoom = true
        if let place { links?.gotRoom(place, on: self) }
    }
}

extension PeerConnection.Action {
    fileprivate var isSent: Bool {
        if case .send = self { true } else { false }
    }
}

extension MonotonicTime {
    /// The time by the clock of loops.
    static func now() -> MonotonicTime { MonotonicTime(nanoseconds: NIODeadline.now().uptimeNanoseconds) }
}
