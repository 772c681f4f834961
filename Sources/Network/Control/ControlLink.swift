import Connect
import NIOCore
import NIOTLS

/// The connection of somebody who is no member: asks one thing, and takes one answer.
final class ControlLink: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The member has ended the connection without a word.
    struct ConnectionEnded: Error {}

    private let request: ListRequest
    private let authentication: Authentication
    private let limit: TimeAmount
    private let promise: EventLoopPromise<ListAnswer>
    private var decoder = FrameDecoder()
    private var timer: Scheduled<Void>?
    private var hasBegun = false
    private var hasEnded = false

    /// A connection that is being made.
    ///
    /// - Parameters:
    ///   - request: what is asked
    ///   - authentication: how the members know each other
    ///   - limit: how long it may take from the connection on
    ///   - promise: told the answer
    init(
        _ request: ListRequest, _ authentication: Authentication, limit: TimeAmount,
        _ promise: EventLoopPromise<ListAnswer>
    ) {
        self.request = request
        self.authentication = authentication
        self.limit = limit
        self.promise = promise
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) { begin(context) }

    private func begin(_ context: ChannelHandlerContext) {
        guard timer == nil else { return }
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { [weak self] in
            self?.fail("it has not answered in time")
        }
        if authentication == .none { greet(context) }
    }

    private func greet(_ context: ChannelHandlerContext) {
        guard !hasBegun else { return }
        hasBegun = true
        send(.hello(Hello(version: Hello.currentVersion, authentication: authentication)), context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { greet(context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do throws(ProtocolError) {
            var frames: [Frame] = []
            try unwrapInboundIn(data).withUnsafeReadableBytes { (bytes) throws(ProtocolError) in
                var offset = 0
                while let frame = try decoder.next(in: bytes, from: &offset) { frames.append(frame) }
            }
            for frame in frames { take(frame, context) }
        } catch {
            fail(error.message)
        }
    }

    private func take(_ frame: Frame, _ context: ChannelHandlerContext) {
        switch frame {
        case .hello(let hello) where hello.version != Hello.currentVersion:
            fail("it speaks version \(hello.version) of the protocol, and this program version \(Hello.currentVersion)")
        case .hello: send(.listRequest(request), context)
        case .listAnswer(let answer): end(.success(answer))
        case .refusal(let refusal): fail(refusal.sentence)
        default: fail("it answers with a frame of type \(frame.kind)")
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail("\(TLSFailure("\(error)").text); give the same security as the members have")
    }

    func channelInactive(context: ChannelHandlerContext) { end(.failure(ConnectionEnded())) }

    private func send(_ frame: Frame, _ context: ChannelHandlerContext) {
        var buffer = ByteBuffer()
        FrameEncoder.append(frame, to: &buffer)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func fail(_ sentence: String) { end(.failure(PeersError(.unreachable, "no answer: \(sentence)"))) }

    private func end(_ result: Result<ListAnswer, any Error>) {
        guard !hasEnded else { return }
        hasEnded = true
        timer?.cancel()
        promise.completeWith(result)
    }
}
