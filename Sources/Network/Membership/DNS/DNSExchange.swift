import NIOCore
import NIOPosix

/// Sends one query to one server and hands on what comes back.
struct DNSExchange: Sendable {
    /// What came.
    enum Part: Sendable {
        case message([UInt8])
        case failed(String)
    }

    /// Who is asked.
    let server: PeerAddress
    /// What is sent.
    let query: [UInt8]
    /// Called with each message on another thread, and with a failure; returns whether there was room.
    let take: @Sendable (Part) -> Bool

    /// Asks in one datagram; every datagram that the server sends back is handed on.
    func overDatagrams() -> DNSConnection {
        let exchange = self
        return connected(
            DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(DNSDatagramHandler(exchange))
                    }
                }
                .connect(host: server.host, port: server.port))
    }

    /// Asks over TCP, which has room for everything.
    func overStream(connectTimeout: TimeAmount) -> DNSConnection {
        let exchange = self
        return connected(
            ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(connectTimeout)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(DNSStreamHandler(exchange))
                    }
                }
                .connect(host: server.host, port: server.port))
    }

    private func connected(_ channel: EventLoopFuture<any Channel>) -> DNSConnection {
        let take = take
        channel.whenFailure { error in _ = take(.failed(ConnectionFailure.reason(error))) }
        return DNSConnection(channel: channel)
    }
}

/// The connection of one query.
struct DNSConnection: Sendable {
    fileprivate let channel: EventLoopFuture<any Channel>

    /// Closes it, now or as soon as it is there.
    func close() {
        channel.whenSuccess { $0.close(promise: nil) }
    }
}

private final class DNSDatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let exchange: DNSExchange

    init(_ exchange: DNSExchange) {
        self.exchange = exchange
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let server = context.remoteAddress else { return }
        let envelope = AddressedEnvelope(remoteAddress: server, data: ByteBuffer(bytes: exchange.query))
        context.writeAndFlush(wrapOutboundOut(envelope), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        _ = exchange.take(.message(Array(unwrapInboundIn(data).data.readableBytesView)))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        _ = exchange.take(.failed("\(error)"))
        context.close(promise: nil)
    }
}

private final class DNSStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let exchange: DNSExchange
    private var received: [UInt8] = []
    private var isDone = false

    init(_ exchange: DNSExchange) {
        self.exchange = exchange
    }

    func channelActive(context: ChannelHandlerContext) {
        // A query is never longer than 300 bytes.
        let length = UInt16(exchange.query.count)
        let bytes = [UInt8(length >> 8), UInt8(length & 0xFF)] + exchange.query
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isDone { return }
        received += unwrapInboundIn(data).readableBytesView
        guard received.count >= 2 else { return }
        let length = Int(received[0]) << 8 | Int(received[1])
        guard received.count >= 2 + length else { return }
        give(.message(Array(received[2..<2 + length])), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        give(.failed("the connection was closed"), context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        give(.failed("\(error)"), context)
    }

    private func give(_ part: DNSExchange.Part, _ context: ChannelHandlerContext) {
        if isDone { return }
        isDone = true
        _ = exchange.take(part)
        context.close(promise: nil)
    }
}
