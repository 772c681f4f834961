import NIOCore

/// The part of a connection beside the socket, beneath TLS: finds out whether TLS is spoken, and ends it so that the other
/// side can read what was said last.
final class PeerEdge: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Bytes that came without TLS, or are to be sent without it, though TLS is wanted.
    struct InClear: Sendable {
        let bytes: ByteBuffer
    }

    /// Ends the connection at once.
    struct Abort: Sendable {}

    /// Ends the connection without TLS, when the other side has read what was said last.
    struct LastWord: Sendable {}

    // Can go to: first → open or inClear; every state → lingers.
    private enum State {
        case first
        case open
        case inClear
        /// Reads on, and drops what it reads: the system would answer bytes that nobody reads by taking back what was
        /// sent.
        case lingers
    }

    private let wantsTLS: Bool
    private let lingerTimeout: TimeAmount
    private var state = State.first

    /// The edge of a new connection.
    ///
    /// - Parameters:
    ///   - wantsTLS: whether there is TLS above
    ///   - lingerTimeout: how long the other side has to read what was said last
    init(wantsTLS: Bool, lingerTimeout: TimeAmount) {
        self.wantsTLS = wantsTLS
        self.lingerTimeout = lingerTimeout
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if state == .first {
            let buffer = unwrapInboundIn(data)
            guard let first = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) else { return }
            let isTLS = first == PeerConnection.beginOfTLS || first == PeerConnection.alertOfTLS
            state = wantsTLS && !isTLS ? .inClear : .open
        }
        switch state {
        case .first, .lingers: break
        case .open: context.fireChannelRead(data)
        case .inClear: context.fireUserInboundEventTriggered(InClear(bytes: unwrapInboundIn(data)))
        }
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        switch event {
        case let bytes as InClear: context.writeAndFlush(wrapOutboundOut(bytes.bytes), promise: promise)
        case is Abort: context.close(promise: promise)
        case is LastWord: close(context: context, mode: .all, promise: promise)
        default: context.triggerUserOutboundEvent(event, promise: promise)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all, context.channel.isActive else {
            context.close(mode: mode, promise: promise)
            return
        }
        if let promise { context.channel.closeFuture.cascade(to: promise) }
        guard state != .lingers else { return }
        state = .lingers
        // The other side closes when it has read all; then the channel is closed on this side, too.
        context.close(mode: .output, promise: nil)
        let timer = context.eventLoop.assumeIsolated().scheduleTask(in: lingerTimeout) { context.close(promise: nil) }
        context.channel.closeFuture.assumeIsolated().whenComplete { _ in timer.cancel() }
    }
}
